-- The running quarter as a whole and week by week: what the waterfall and the table of weeks show.
-- What is taken over from one rep to another cancels in all but a single rep's waterfall.
with moves as (
    select
        moves.period_type,
        moves.period_start,
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
    where moves.period_type in ('quarter', 'week')
),

scopes as (
    select * from moves
    union all
    select
        period_type,
        period_start,
        'all' as segment,
        movement,
        deals,
        amount
    from moves
)

select
    period_type,
    period_start,
    segment,
    movement,
    cast(sum(deals) as bigint) as deals,
    cast(sum(amount) as decimal(28, 2)) as amount
from scopes
group by period_type, period_start, segment, movement
order by period_type, segment, period_start, movement
