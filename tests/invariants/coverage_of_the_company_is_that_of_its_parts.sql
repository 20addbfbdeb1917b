-- On every day of every quarter, what segments, teams or reps have open and won adds up to the
-- company's. A part without a row on a day has nothing. Where the company's open pipeline is not
-- known, that of some parts may be.
with curve as (select * from {{ ref('coverage_curve') }}),

scopes as (
    select *
    from {{ ref('int_scopes') }}
    where scope in ('segment', 'team', 'rep')
),

wholes as (
    select
        scopes.scope,
        curve.quarter_start,
        curve.date_day,
        curve.open_count,
        curve.open_amount,
        curve.won_amount,
        curve.unrecorded_count
    from curve
    cross join scopes
    where curve.scope = 'company'
),

parts as (
    select
        scope,
        quarter_start,
        date_day,
        sum(open_count) as open_count,
        sum(open_amount) as open_amount,
        sum(won_amount) as won_amount,
        sum(unrecorded_count) as unrecorded_count
    from curve
    where scope <> 'company'
    group by scope, quarter_start, date_day
),

broken as (
    select
        coalesce(wholes.scope, parts.scope) as scope,
        coalesce(wholes.date_day, parts.date_day) as date_day,
        wholes.open_amount as of_the_company,
        parts.open_amount as of_the_parts
    from wholes
    full join parts
        on wholes.scope = parts.scope
        and wholes.quarter_start = parts.quarter_start
        and wholes.date_day = parts.date_day
    where (wholes.open_count is null and wholes.unrecorded_count = 0)
        or (wholes.open_count <> coalesce(parts.open_count, 0))
        or (wholes.open_amount <> coalesce(parts.open_amount, 0))
        or coalesce(wholes.unrecorded_count, 0) <> coalesce(parts.unrecorded_count, 0)
        or wholes.scope is null
        or coalesce(wholes.won_amount, 0) <> coalesce(parts.won_amount, 0)
)

select * from broken
