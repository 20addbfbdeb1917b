-- What was won against the plan of the month or quarter, so far while it runs. What it will end
-- with is projected_attainment.
with targets as (select * from {{ ref('int_targets_scoped') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

windowed as (select * from {{ ref('int_window_sums_named') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

won as (
    select
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        max(case when measure_id = 'won_amount' then measure_value end) as won_amount,
        max(case when measure_id = 'won_count' then measure_value end) as won_count
    from windowed
    where measure_id in ('won_amount', 'won_count') and window_id = 'period'
    group by period_type, period_start, segment, team_id, rep_id
),

closed as (
    select
        targets.period_type,
        targets.period_start,
        periods.period_end,
        targets.scope,
        targets.segment,
        targets.team_id,
        targets.rep_id,
        cast(coalesce(won.won_amount, 0) as double) as numerator,
        cast(targets.target_amount as double) as denominator,
        cast(coalesce(won.won_count, 0) as bigint) as n,
        periods.is_complete
    from targets
    inner join periods
        on targets.period_type = periods.period_type
        and targets.period_start = periods.period_start
    left join won
        on targets.period_type = won.period_type
        and targets.period_start = won.period_start
        and targets.segment = won.segment
        and targets.team_id = won.team_id
        and targets.rep_id = won.rep_id
),

metric_values_closed_vs_target as (
    select
        grains.metric_id,
        closed.period_type,
        closed.period_start,
        closed.period_end,
        closed.scope,
        closed.segment,
        closed.team_id,
        closed.rep_id,
        'all' as slice_type,
        'all' as slice_id,
        closed.numerator,
        closed.denominator,
        closed.numerator / nullif(closed.denominator, 0) as metric_value,
        closed.n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        closed.is_complete
    from closed
    inner join grains
        on grains.metric_id = 'closed_vs_target'
        and closed.scope = grains.scope
        and closed.period_type = grains.period_type
)

select * from metric_values_closed_vs_target
