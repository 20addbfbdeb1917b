-- The average hides who carries the number: how reps spread around their ramp-adjusted quotas. A
-- rep stands in the team and segment he was in at the end of the period. Long, because it has many
-- counts.
with metric_values as (select * from {{ ref('metric_values') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

scopes as (select * from {{ ref('int_scopes') }}),

splits as (select * from {{ ref('int_scope_splits') }}),

kpi_status as (select * from {{ ref('kpi_status') }}),

reps as (
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.period_end,
        metric_values.is_complete,
        metric_values.rep_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        cast(metric_values.numerator as decimal(28, 4)) as won,
        cast(metric_values.denominator as decimal(28, 4)) as quota,
        metric_values.metric_value as attainment
    from metric_values
    left join assignments
        on metric_values.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'least(metric_values.period_end, ' ~ as_of_date() ~ ')') }}
    where metric_values.metric_id = 'quota_attainment'
        and metric_values.scope = 'rep'
        and metric_values.metric_value is not null
),

scoped as (
    select
        reps.metric_id,
        reps.period_type,
        reps.period_start,
        reps.period_end,
        reps.is_complete,
        scopes.scope,
        {{ reported_keys('reps', keys=['segment', 'team']) }},
        reps.rep_id,
        reps.won,
        reps.quota,
        reps.attainment
    from reps
    cross join scopes
    where not scopes.keeps_rep
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_type, period_start, scope, segment, team_id
            order by won desc, rep_id asc
        ) as place,
        count(*) over (
            partition by period_type, period_start, scope, segment, team_id
        ) as reps_in_group
    from scoped
),

spread as (
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        scope,
        segment,
        team_id,
        cast(sum(won) as double) / nullif(cast(sum(quota) as double), 0) as metric_value,
        count(*) as n,
        count(*) filter (where attainment < 0.5) as reps_below_50,
        count(*) filter (where attainment >= 0.5 and attainment < 0.8) as reps_50_to_79,
        count(*) filter (where attainment >= 0.8 and attainment < 1) as reps_80_to_99,
        count(*) filter (where attainment >= 1 and attainment <= 1.2) as reps_100_to_120,
        count(*) filter (where attainment > 1.2) as reps_above_120,
        count(*) filter (where attainment >= 1) as reps_at_100,
        percentile_cont(0.25) within group (order by attainment) as p25,
        percentile_cont(0.5) within group (order by attainment) as p50,
        percentile_cont(0.75) within group (order by attainment) as p75,
        case
            when sum(won) > 0
                then cast(sum(case when place <= 2 then won else 0 end) as double)
                    / nullif(cast(sum(won) as double), 0)
        end as top_two_share,
        -- Corrado Gini's coefficient of the won amounts; the largest amount has place 1.
        case
            when sum(won) > 0
                then cast(sum((reps_in_group + 1 - 2 * place) * won) as double)
                    / nullif(max(reps_in_group) * cast(sum(won) as double), 0)
        end as gini
    from ranked
    group by
        metric_id, period_type, period_start, period_end, is_complete, scope, segment, team_id
),

attainment_distribution as (
    select
        spread.period_type,
        spread.period_start,
        spread.period_end,
        spread.scope,
        spread.segment,
        spread.team_id,
        'all' as rep_id,
        spread.metric_id,
        spread.metric_value,
        cast(spread.n as bigint) as n,
        -- A running period is not judged.
        coalesce(kpi_status.status, 'not_judged') as status,
        cast(spread.reps_below_50 as bigint) as reps_below_50,
        cast(spread.reps_50_to_79 as bigint) as reps_50_to_79,
        cast(spread.reps_80_to_99 as bigint) as reps_80_to_99,
        cast(spread.reps_100_to_120 as bigint) as reps_100_to_120,
        cast(spread.reps_above_120 as bigint) as reps_above_120,
        cast(spread.reps_at_100 as bigint) as reps_at_100,
        spread.p25,
        spread.p50,
        spread.p75,
        spread.top_two_share,
        spread.gini,
        spread.is_complete,
        {{ as_of_date() }} as as_of_date
    from spread
    left join kpi_status
        on spread.metric_id = kpi_status.metric_id
        and spread.period_type = kpi_status.period_type
        and spread.period_start = kpi_status.period_start
        and spread.scope = kpi_status.scope
        and spread.segment = kpi_status.segment
        and spread.team_id = kpi_status.team_id
        and kpi_status.rep_id = 'all'
    left join splits
        on spread.scope = splits.scope
        and spread.team_id = splits.team_id
        and splits.rep_id = 'all'
    where {{ not_repeated(
        'spread.scope', 'least(spread.period_end, ' ~ as_of_date() ~ ')'
    ) }}
)

select * from attainment_distribution
order by period_type, period_start, scope, segment, team_id
