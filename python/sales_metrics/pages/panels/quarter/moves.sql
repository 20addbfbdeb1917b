-- The week that runs and the last whole one, deal by deal.
select
    moves.period_start as week_start,
    moves.is_complete,
    moves.movement,
    moves.opportunity_id,
    named.name,
    moves.segment,
    moves.rep_id,
    named.close_date,
    moves.amount
from marts.pipeline_movement_deals as moves
inner join marts.dim_dates as today
    on
    today.date_day = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
    and moves.closing_quarter = today.quarter_start
    and moves.period_start between today.week_start - 7 and today.week_start
left join marts.fct_opportunities as named on moves.opportunity_id = named.opportunity_id
where
    moves.period_type = 'week'
    and moves.movement not in ('transferred_in', 'transferred_out')
order by moves.period_start desc, moves.movement asc, abs(moves.amount) desc, moves.opportunity_id
