-- The one aggregation: every measure over every window a metric needs it in, at every scope.
with daily as (select * from {{ ref('int_measures_daily') }}),

window_days as (select * from {{ ref('int_window_days') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

scopes as (select * from {{ ref('int_scopes') }}),

needed as (
    select distinct
        measure_id,
        window_id
    from terms
),

-- First to the narrowest keys, so that the scopes multiply few rows.
by_period as (
    select
        daily.measure_id,
        needed.window_id,
        window_days.period_type,
        window_days.period_start,
        daily.segment,
        daily.team_id,
        daily.rep_id,
        daily.slice_type,
        daily.slice_id,
        cast(sum(daily.measure_value) as decimal(28, 4)) as measure_value
    from daily
    inner join needed on daily.measure_id = needed.measure_id
    inner join window_days
        on daily.measured_on = window_days.calendar_day and needed.window_id = window_days.window_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

scoped as (
    select
        by_period.measure_id,
        by_period.window_id,
        by_period.period_type,
        by_period.period_start,
        scopes.scope,
        case when scopes.keeps_segment then by_period.segment else 'all' end as segment,
        case when scopes.keeps_team then by_period.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then by_period.rep_id else 'all' end as rep_id,
        by_period.slice_type,
        by_period.slice_id,
        sum(by_period.measure_value) as measure_value
    from by_period
    cross join scopes
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)

select * from scoped
