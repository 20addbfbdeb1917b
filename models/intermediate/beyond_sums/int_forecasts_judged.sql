-- Forecasts against what the quarter ended with, at every scope from its own sums: a team's
-- accuracy is not the mean of its reps'. While the quarter runs there is nothing to judge, and so
-- where who gave no commit has no forecast either. Long, because the columns are written out at
-- every step.
with parts as (select * from {{ ref('int_forecast_parts') }}),

weeks as (select * from {{ ref('int_quarter_weeks') }}),

scopes as (select * from {{ ref('int_scopes') }}),

-- Rep by rep within the scope first, because WAPE sums the misses of the reps.
by_rep as (
    select
        parts.quarter_start,
        parts.week_of_quarter,
        scopes.scope,
        {{ reported_keys('parts') }},
        parts.rep_id as seller_id,
        count(*) filter (where parts.part = 'submitted') as commits,
        sum(case when parts.part = 'submitted' then parts.amount else 0 end) as submitted,
        sum(coalesce(parts.unknown_parts, 0)) as unknown_parts,
        sum(case when parts.part <> 'actual' then parts.amount else 0 end) as forecast,
        sum(case when parts.part = 'actual' then parts.amount else 0 end) as actual
    from parts
    inner join scopes
        on (scopes.keeps_segment and parts.counts_in_segments)
        or (not scopes.keeps_segment and parts.counts_in_totals)
    where scopes.scope in ('company', 'segment', 'team', 'rep')
    group by 1, 2, 3, 4, 5, 6, 7
),

summed as (
    select
        quarter_start,
        week_of_quarter,
        scope,
        segment,
        team_id,
        rep_id,
        case when sum(commits) > 0 then 'submitted' else 'derived' end as forecast_source,
        cast(sum(submitted) as double) as submitted_amount,
        case when sum(unknown_parts) = 0 then cast(sum(forecast) as double) end as forecast,
        cast(sum(actual) as double) as actual,
        case when sum(unknown_parts) = 0 then cast(sum(abs(forecast - actual)) as double) end
            as misses,
        cast(count(*) as bigint) as n
    from by_rep
    group by 1, 2, 3, 4, 5, 6
),

ended as (
    select
        summed.*,
        weeks.quarter_end,
        weeks.week_end,
        weeks.is_quarter_complete as is_complete,
        -- A quarter that takes back more than it wins leaves nothing to divide by.
        case when weeks.is_quarter_complete and summed.actual > 0 then summed.actual end as divisor
    from summed
    inner join weeks
        on summed.quarter_start = weeks.quarter_start
        and summed.week_of_quarter = weeks.week_of_quarter
),

judged as (
    select
        quarter_start,
        quarter_end,
        week_of_quarter,
        week_end,
        scope,
        segment,
        team_id,
        rep_id,
        forecast_source,
        forecast,
        submitted_amount,
        case when is_complete then actual end as actual,
        case
            when divisor is not null and forecast is not null
                then greatest(0, 1 - abs(forecast - actual) / nullif(divisor, 0))
        end as accuracy,
        (forecast - actual) / nullif(divisor, 0) as bias,
        case when scope <> 'rep' then misses end as misses,
        case when scope <> 'rep' then misses / nullif(divisor, 0) end as wape,
        n,
        is_complete
    from ended
)

select * from judged
