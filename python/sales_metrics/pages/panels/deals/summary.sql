select
    deals.segment,
    deals.team_id,
    deals.rep_id,
    deals.stage_id,
    deals.health,
    case
        when deals.close_date < today.quarter_start then 'past_due'
        when deals.close_date <= today.quarter_end then 'this'
        else 'later'
    end as closes,
    count(*) as deals,
    cast(sum(deals.amount) as decimal(28, 2)) as amount
from marts.fct_opportunities as deals
inner join marts.dim_dates as today
    on
    today.date_day = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
where deals.status = 'open'
group by all
order by all
