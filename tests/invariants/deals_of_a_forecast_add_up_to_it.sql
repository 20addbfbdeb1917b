-- On the as-of day, by segment and by team; a deal is rounded at a hundredth of a cent.
with forecasts as (
    select *
    from {{ ref('quarter_forecast') }}
    where forecast_on = {{ as_of_date() }} and expected is not null
),

known as (select distinct quarter_start from forecasts),

deals as (
    select forecast_deals.*
    from {{ ref('forecast_deals') }} as forecast_deals
    inner join known on forecast_deals.quarter_start = known.quarter_start
),

summed as (
    select
        quarter_start,
        segment,
        'all' as team_id,
        count(*) as deals,
        sum(expected_amount) as amount
    from deals
    group by quarter_start, segment
    union all
    select
        quarter_start,
        'all' as segment,
        team_id,
        count(*) as deals,
        sum(expected_amount) as amount
    from deals
    group by quarter_start, team_id
)

select
    forecasts.quarter_start,
    forecasts.segment,
    forecasts.team_id,
    forecasts.from_open,
    summed.amount
from forecasts
full outer join summed
    on forecasts.quarter_start = summed.quarter_start
    and forecasts.segment = summed.segment
    and forecasts.team_id = summed.team_id
where coalesce(forecasts.scope, '') <> 'company'
    and (
        coalesce(forecasts.open_count, 0) <> coalesce(summed.deals, 0)
        or abs(coalesce(forecasts.from_open, 0) - coalesce(summed.amount, 0))
        > 0.0001 * (coalesce(summed.deals, 0) + 1)
    )
