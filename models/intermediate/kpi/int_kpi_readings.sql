-- What a KPI is judged by: its values of complete periods with all that bands and rules compare
-- them with. Long, because each thing to compare with has a relation of its own.
with kpi_values as (select * from {{ ref('int_kpi_values') }}),

baselines as (select * from {{ ref('int_metric_baselines') }}),

metrics as (select * from {{ configured('metrics') }}),

segments as (select * from {{ configured('segments') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

ages as (select * from {{ ref('int_stage_ages') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

created as (
    select
        event_on,
        count(*) as deals
    from {{ ref('int_creation_events') }}
    group by event_on
),

running as (
    select
        event_on,
        sum(deals) over (order by event_on) as deals_so_far,
        sum(deals) over () as all_deals
    from created
),

-- History begins with the quarter in which one deal of five hundred had been created: a stray
-- record of long ago is no history to compare with.
beginnings as (
    select min(calendar.quarter_start) as first_day
    from running
    inner join calendar on running.event_on = calendar.calendar_day
    where running.deals_so_far * 500 >= running.all_deals
),

readings as (
    select
        kpi_values.metric_id,
        kpi_values.period_type,
        kpi_values.period_start,
        kpi_values.period_end,
        kpi_values.scope,
        kpi_values.segment,
        kpi_values.team_id,
        kpi_values.rep_id,
        kpi_values.slice_type,
        kpi_values.slice_id,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.metric_value,
        kpi_values.n,
        kpi_values.ci_low,
        kpi_values.ci_high,
        kpi_values.is_worst,
        cast(baselines.baseline_numerator as double) as baseline_numerator,
        cast(baselines.baseline_denominator as double) as baseline_denominator,
        cast(baselines.baseline_value as double) as baseline_value,
        cast(coalesce(baselines.baseline_n, 0) as bigint) as baseline_n,
        metrics.min_n,
        case when metrics.better = 'up' then 1 else -1 end as direction,
        -- A key that mixes segments has no tier of its own.
        coalesce(segments.acv_tier, 'all') as acv_tier,
        coalesce(ages.expected_days, cast(stages.expected_days as double)) as expected_days,
        cast(ages.deals as double) as aged_deals,
        cast(ages.older_deals as double) as older_deals,
        ages.age_variance,
        cast(calendar.day_of_quarter as double)
        / (calendar.day_of_quarter + calendar.days_to_quarter_end) as quarter_share,
        calendar.days_to_quarter_end,
        greatest(
            coalesce(
                {{ days_between('beginnings.first_day', 'kpi_values.period_end') }} + 1, 0
            ), 0
        ) as history_days
    from kpi_values
    inner join metrics on kpi_values.metric_id = metrics.metric_id
    inner join calendar on kpi_values.period_end = calendar.calendar_day
    cross join beginnings
    left join segments on kpi_values.segment = segments.segment
    left join stages
        on kpi_values.slice_type = 'stage' and kpi_values.slice_id = stages.stage_id
    left join ages
        on kpi_values.metric_id = 'stage_age_days'
        and kpi_values.period_end = ages.window_end
        and kpi_values.segment = ages.segment
        and kpi_values.team_id = ages.team_id
        and kpi_values.rep_id = ages.rep_id
        and kpi_values.slice_id = ages.stage_id
    left join baselines
        on kpi_values.metric_id = baselines.metric_id
        and kpi_values.period_type = baselines.period_type
        and kpi_values.period_start = baselines.period_start
        and kpi_values.segment = baselines.segment
        and kpi_values.team_id = baselines.team_id
        and kpi_values.rep_id = baselines.rep_id
        and kpi_values.slice_id = baselines.slice_id
)

select * from readings
