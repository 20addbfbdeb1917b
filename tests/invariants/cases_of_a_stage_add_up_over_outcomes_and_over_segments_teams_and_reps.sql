-- And every rate lies between its bounds and in its interval, whatever the method.
with stage_conversion as (select * from {{ ref('stage_conversion') }}),

by_scope as (
    select
        method,
        period_type,
        period_start,
        stage_id,
        scope,
        sum(n) as n,
        sum(advanced) as advanced,
        sum(lost) as lost
    from stage_conversion
    group by 1, 2, 3, 4, 5
),

broken as (
    select
        method,
        scope,
        period_start
    from stage_conversion
    where n <> advanced + lost + backward + deleted + open
        or n <= 0
        or not (rate >= 0 and rate <= 1 + 1e-12)
        or (rate is null and (method <> 'censored' or open < n))
        or not (maturity >= 0 and maturity <= 1)
        or (method = 'exit' and (open <> 0 or maturity <> 1))
        or (method <> 'censored' and deleted <> 0)
        or not (ci_low <= rate + 1e-12 and rate <= ci_high + 1e-12)
        or (method = 'cohort' and not (rate_low <= rate and rate <= rate_high))
        or (method = 'cohort' and rate_low is null)
        or (method <> 'cohort' and (rate_low is not null or rate_high is not null))
    union all
    select
        parts.method,
        parts.scope,
        parts.period_start
    from by_scope as parts
    left join by_scope as wholes
        on wholes.scope = 'company'
        and parts.method = wholes.method
        and parts.period_type = wholes.period_type
        and parts.period_start = wholes.period_start
        and parts.stage_id = wholes.stage_id
    where
        parts.n is distinct from wholes.n
        or parts.advanced is distinct from wholes.advanced
        or parts.lost is distinct from wholes.lost
)

select * from broken
