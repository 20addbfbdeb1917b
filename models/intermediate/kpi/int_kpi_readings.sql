-- What a KPI is judged by: its values of complete periods with all that bands and rules compare
-- them with.
with metric_values as (select * from {{ ref('int_metric_values_unioned') }}),

baselines as (select * from {{ ref('int_metric_baselines') }}),

metrics as (select * from {{ configured('metrics') }}),

owners as (select * from {{ configured('kpi_owners') }}),

segments as (select * from {{ configured('segments') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

beginnings as (
    select min(calendar_day) as first_day
    from calendar
),

readings as (
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.period_end,
        metric_values.scope,
        metric_values.segment,
        metric_values.team_id,
        metric_values.rep_id,
        metric_values.slice_type,
        metric_values.slice_id,
        metric_values.numerator,
        metric_values.denominator,
        metric_values.metric_value,
        metric_values.n,
        metric_values.ci_low,
        metric_values.ci_high,
        cast(baselines.baseline_numerator as double) as baseline_numerator,
        cast(baselines.baseline_denominator as double) as baseline_denominator,
        cast(baselines.baseline_value as double) as baseline_value,
        cast(coalesce(baselines.baseline_n, 0) as bigint) as baseline_n,
        metrics.min_n,
        case when metrics.better = 'up' then 1 else -1 end as direction,
        -- A key that mixes segments has no tier of its own.
        coalesce(segments.acv_tier, 'all') as acv_tier,
        cast(stages.expected_days as double) as expected_days,
        cast(calendar.day_of_quarter as double)
        / (calendar.day_of_quarter + calendar.days_to_quarter_end) as quarter_share,
        calendar.days_to_quarter_end,
        {{ days_between('beginnings.first_day', 'metric_values.period_end') }} + 1 as history_days
    from metric_values
    inner join owners on metric_values.metric_id = owners.metric_id
    inner join metrics on metric_values.metric_id = metrics.metric_id
    inner join calendar on metric_values.period_end = calendar.calendar_day
    cross join beginnings
    left join segments on metric_values.segment = segments.segment
    left join stages
        on metric_values.slice_type = 'stage' and metric_values.slice_id = stages.stage_id
    left join baselines
        on metric_values.metric_id = baselines.metric_id
        and metric_values.period_type = baselines.period_type
        and metric_values.period_start = baselines.period_start
        and metric_values.segment = baselines.segment
        and metric_values.team_id = baselines.team_id
        and metric_values.rep_id = baselines.rep_id
        and metric_values.slice_id = baselines.slice_id
    where metric_values.is_complete
)

select * from readings
