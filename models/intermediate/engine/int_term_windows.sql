-- Through which windows a term is looked at: those of its kind, for every type of period its metric
-- is reported for. Terms that look alike share a number.
with metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

windows as (select * from {{ ref('int_windows') }}),

looks as (
    select
        terms.window_id,
        metrics.period_types,
        row_number() over (order by terms.window_id, metrics.period_types) as look_number
    from terms
    inner join metrics on terms.metric_id = metrics.metric_id
    group by 1, 2
),

period_types as (
    select distinct
        metrics.period_types,
        grains.period_type
    from metrics
    inner join grains on metrics.metric_id = grains.metric_id
),

term_windows as (
    select
        looks.look_number,
        looks.window_id,
        looks.period_types,
        windows.period_type,
        windows.period_start,
        windows.window_number,
        windows.period_number
    from looks
    inner join period_types on looks.period_types = period_types.period_types
    inner join windows
        on looks.window_id = windows.window_id
        and period_types.period_type = windows.period_type
)

select * from term_windows
