with today as (
    select
        calendar.quarter_start,
        calendar.quarter_end
    from marts.dim_dates as calendar
    where
        calendar.date_day
        = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
)
select
    deals.opportunity_id,
    deals.name,
    customer.account_name,
    deals.rep_id,
    deals.team_id,
    deals.segment,
    deals.stage_id,
    deals.health,
    deals.health_reasons,
    chances.days_in_stage,
    step.expected_days,
    deals.last_activity_on,
    deals.push_count,
    deals.close_date,
    case
        when deals.close_date < today.quarter_start then 'past_due'
        when deals.close_date <= today.quarter_end then 'this'
        else 'later'
    end as closes,
    deals.amount,
    chances.chance,
    chances.expected_amount
from marts.fct_opportunities as deals
cross join today
left join marts.dim_accounts as customer on deals.account_id = customer.account_id
left join marts.dim_stages as step on deals.stage_id = step.stage_id
left join marts.forecast_deals as chances
    on deals.opportunity_id = chances.opportunity_id and chances.quarters_ahead = 0
where deals.status = 'open'
order by
    case deals.health when 'red' then 1 when 'amber' then 2 else 3 end,
    chances.expected_amount desc nulls last,
    deals.amount desc nulls last,
    deals.opportunity_id asc
