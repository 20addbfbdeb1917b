-- What was won against the plan of the month or quarter. While it runs, the open pipeline expected
-- to close in it is added, weighted by how likely it is won: a projection, told by is_complete.
with windowed as (
    select *
    from {{ ref('int_measures_windowed') }}
    where measure_id = 'won_amount' and window_id = 'period'
),

targets as (select * from {{ ref('int_targets_scoped') }}),

periods as (
    select *
    from {{ ref('int_calendar_periods') }}
    where period_type in ('month', 'quarter')
),

spans as (select * from {{ ref('int_pipeline_spans') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

scopes as (select * from {{ ref('int_scopes') }}),

metrics as (select * from {{ ref('metrics') }}),

expected as (
    select
        periods.period_type,
        periods.period_start,
        scopes.scope,
        case when scopes.keeps_segment then spans.segment else 'all' end as segment,
        case when scopes.keeps_team then spans.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then spans.rep_id else 'all' end as rep_id,
        sum({{ weighted('spans.amount', 'probabilities.probability') }}) as weighted_amount
    from periods
    inner join spans
        on spans.close_date >= periods.period_start
        and spans.close_date <= periods.period_end
        and spans.to_day > {{ as_of_date() }}
    inner join probabilities
        on probabilities.month_start = {{ month_start(as_of_date()) }}
        and spans.segment = probabilities.segment
        and spans.stage_id = probabilities.stage_id
    cross join scopes
    where not periods.is_complete
    group by 1, 2, 3, 4, 5, 6
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
        cast(
            coalesce(windowed.measure_value, 0) + coalesce(expected.weighted_amount, 0) as double
        ) as numerator,
        cast(targets.target_amount as double) as denominator,
        periods.is_complete
    from targets
    inner join periods
        on targets.period_type = periods.period_type
        and targets.period_start = periods.period_start
    left join windowed
        on targets.period_type = windowed.period_type
        and targets.period_start = windowed.period_start
        and targets.segment = windowed.segment
        and targets.team_id = windowed.team_id
        and targets.rep_id = windowed.rep_id
    left join expected
        on targets.period_type = expected.period_type
        and targets.period_start = expected.period_start
        and targets.segment = expected.segment
        and targets.team_id = expected.team_id
        and targets.rep_id = expected.rep_id
),

won as (
    select *
    from {{ ref('int_measures_windowed') }}
    where measure_id = 'won_count' and window_id = 'period'
),

valued as (
    select
        metrics.metric_id,
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
        cast(coalesce(won.measure_value, 0) as bigint) as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        closed.is_complete
    from closed
    inner join metrics
        on metrics.metric_id = 'closed_vs_target'
        and {{ listed_in('closed.scope', 'metrics.scopes') }}
    left join won
        on closed.period_type = won.period_type
        and closed.period_start = won.period_start
        and closed.segment = won.segment
        and closed.team_id = won.team_id
        and closed.rep_id = won.rep_id
)

select * from valued
