-- The forecast at every scope: the sum of its parts. No quarter has ended yet: nothing to go by.
with parts as (select * from {{ ref('int_forecast_parts_by_rep') }}),

days as (select * from {{ ref('int_forecast_days') }}),

scopes as (select * from {{ ref('int_scopes') }}),

yet_to_come as (select * from {{ ref('int_forecast_yet_to_come') }}),

history as (
    select
        forecast_on,
        max(n_quarters) as n_quarters
    from yet_to_come
    group by 1
),

summed as (
    select
        parts.forecast_on,
        parts.quarters_ahead,
        scopes.scope,
        {{ reported_keys('parts') }},
        cast(sum(parts.open_deals) as bigint) as open_deals,
        cast(sum(parts.open_amount) as decimal(28, 2)) as open_amount,
        cast(sum(parts.won_so_far) as decimal(28, 2)) as won_so_far,
        cast(sum(parts.from_open) as decimal(38, 12)) as from_open,
        cast(sum(parts.from_to_be_created) as decimal(38, 12)) as from_to_be_created,
        cast(sum(parts.variance) as decimal(38, 6)) as variance
    from parts
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
),

forecasts_scoped as (
    select
        summed.*,
        days.quarter_start,
        days.quarter_end,
        days.days_to_quarter_end,
        coalesce(history.n_quarters, 0) as n_quarters,
        case
            when history.n_quarters > 0
                then
                    cast(
                        summed.won_so_far + summed.from_open + summed.from_to_be_created as double
                    )
        end as expected
    from summed
    inner join days
        on summed.forecast_on = days.forecast_on
        and summed.quarters_ahead = days.quarters_ahead
    left join history on summed.forecast_on = history.forecast_on
)

select * from forecasts_scoped
