with moves as (
    select
        moves.period_start as week_start,
        moves.segment,
        case
            when moves.movement in ('transferred_in', 'transferred_out') then 'transferred'
            else moves.movement
        end as movement,
        moves.deals,
        moves.amount
    from marts.pipeline_movements as moves
    inner join marts.dim_dates as today
        on
        today.date_day
        = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
        and moves.period_start between today.quarter_start and today.quarter_end
        and moves.closing_quarter = today.quarter_start
    where moves.period_type = 'week'
),

scopes as (
    select * from moves
    union all
    select
        week_start,
        'all' as segment,
        movement,
        deals,
        amount
    from moves
)

select
    week_start,
    segment,
    movement,
    cast(sum(deals) as bigint) as deals,
    cast(sum(amount) as decimal(28, 2)) as amount
from scopes
group by week_start, segment, movement
order by segment, week_start, movement
