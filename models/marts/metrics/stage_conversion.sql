-- Each method stands in rows of its own: they answer different questions and are never blended.
-- Long, because what is counted and what is estimated are one branch each.
with counted as (select * from {{ ref('int_stage_conversion_counted') }}),

censored as (select * from {{ ref('int_stage_conversion_censored') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

unioned as (
    select
        method,
        window_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        stage_id,
        advanced_count,
        lost_count,
        backward_count,
        cast(0 as bigint) as deleted_count,
        open_count,
        too_young_count,
        cast(null as double) as modelled_rate,
        cast(null as double) as effective_n
    from counted
    union all
    select
        method,
        window_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        stage_id,
        advanced_count,
        lost_count,
        backward_count,
        deleted_count,
        open_count,
        cast(0 as bigint) as too_young_count,
        rate as modelled_rate,
        effective_n
    from censored
),

summed as (
    select
        *,
        advanced_count + lost_count + backward_count + deleted_count as resolved_count,
        advanced_count + lost_count + backward_count + deleted_count + open_count as n
    from unioned
),

-- Open cases tell the censored rate something, but less than those that left.
rated as (
    select
        *,
        case when method = 'censored' then modelled_rate else advanced_count / nullif(n, 0) end
            as rate,
        case
            when method = 'censored' then modelled_rate * effective_n
            else cast(advanced_count as double)
        end as hits,
        case when method = 'censored' then effective_n else cast(n as double) end as cases
    from summed
    where n > 0
),

stage_conversion as (
    select
        rated.period_type,
        rated.period_start,
        periods.period_end,
        periods.window_end,
        rated.method,
        rated.stage_id,
        rated.scope,
        rated.segment,
        rated.team_id,
        rated.rep_id,
        rated.n,
        rated.advanced_count as advanced,
        rated.lost_count as lost,
        rated.backward_count as backward,
        rated.deleted_count as deleted,
        rated.open_count as open,
        rated.rate,
        case when rated.method = 'cohort' then rated.rate end as rate_low,
        case
            when rated.method = 'cohort'
                then (rated.advanced_count + rated.open_count) / nullif(rated.n, 0)
        end as rate_high,
        {{ wilson('low', 'rated.hits', 'rated.cases') }} as ci_low,
        {{ wilson('high', 'rated.hits', 'rated.cases') }} as ci_high,
        case
            when rated.method in ('cohort', 'censored')
                then rated.resolved_count / nullif(rated.n, 0)
            else rated.n / nullif(rated.n + rated.too_young_count, 0)
        end as maturity,
        baselines.rate as baseline_rate,
        coalesce(baselines.n, 0) as baseline_n,
        periods.is_complete
    from rated
    inner join periods
        on rated.period_type = periods.period_type and rated.period_start = periods.period_start
    left join rated as baselines
        on baselines.window_id = 'p90'
        and rated.method = baselines.method
        and rated.period_type = baselines.period_type
        and rated.period_start = baselines.period_start
        and rated.scope = baselines.scope
        and rated.segment = baselines.segment
        and rated.team_id = baselines.team_id
        and rated.rep_id = baselines.rep_id
        and rated.stage_id = baselines.stage_id
    where rated.window_id = 't90'
)

select * from stage_conversion
order by method, period_type, period_start, scope, segment, team_id, rep_id, stage_id
