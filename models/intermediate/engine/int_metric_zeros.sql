-- Where a sum is zero at least: at every place that was there in a period in which its input says
-- something.
with metrics as (
    select *
    from {{ configured('metrics') }}
    where method = 'sum' and slice_type = 'all'
),

grains as (select * from {{ ref('int_metric_grains') }}),

told as (select * from {{ ref('int_measures_told') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scope_keys as (select * from {{ ref('int_scope_keys') }}),

places as (
    select *
    from {{ ref('int_metric_places') }}
    where slice_id = 'all'
),

metric_zeros as (
    select
        places.place_number,
        periods.period_number,
        metrics.metric_id,
        periods.period_type,
        periods.period_start,
        places.scope,
        places.segment,
        places.team_id,
        places.rep_id
    from metrics
    inner join told on metrics.numerator = told.measure_id
    inner join grains on metrics.metric_id = grains.metric_id
    inner join periods
        on grains.period_type = periods.period_type and told.first_day <= periods.window_end
    inner join scope_keys
        on grains.scope = scope_keys.scope
        and periods.window_end >= scope_keys.first_day
        and periods.period_start <= scope_keys.last_day
    inner join places
        on grains.metric_id = places.metric_id
        and scope_keys.scope = places.scope
        and scope_keys.segment = places.segment
        and scope_keys.team_id = places.team_id
        and scope_keys.rep_id = places.rep_id
)

select * from metric_zeros
