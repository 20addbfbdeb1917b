-- The week that runs and the last whole one, rep by rep: the finest the public tables keep.
select
    moves.period_start as week_start,
    moves.is_complete,
    moves.movement,
    moves.segment,
    moves.team_id,
    moves.rep_id,
    moves.deals,
    moves.amount
from marts.pipeline_movements as moves
inner join marts.dim_dates as today
    on
    today.date_day = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
    and moves.closing_quarter = today.quarter_start
    and moves.period_start between today.week_start - 7 and today.week_start
where
    moves.period_type = 'week'
    and moves.movement not in ('opening', 'closing', 'transferred_in', 'transferred_out')
order by moves.period_start desc, moves.movement asc, abs(moves.amount) desc, moves.rep_id
