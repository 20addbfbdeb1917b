-- The running quarter as a whole and week by week: what the waterfall and the table of weeks show,
-- from the week on in which the quarter begins, and the one before it for what changed since then.
-- What is taken over from one rep to another cancels in all but a single rep's waterfall.
with moves as (
    select
        moves.period_type,
        moves.period_start,
        moves.period_end >= today.quarter_start as is_of_quarter,
        moves.is_complete,
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
        and moves.closing_quarter = today.quarter_start
        and moves.period_start <= today.date_day
    where
        (moves.period_type = 'quarter' and moves.period_start = today.quarter_start)
        or (moves.period_type = 'week' and moves.period_end >= today.quarter_start - 7)
),

scopes as (
    select * from moves
    union all
    select
        period_type,
        period_start,
        is_of_quarter,
        is_complete,
        'all' as segment,
        movement,
        deals,
        amount
    from moves
)

select
    period_type,
    period_start,
    is_of_quarter,
    is_complete,
    segment,
    movement,
    cast(sum(deals) as bigint) as deals,
    cast(sum(amount) as decimal(28, 2)) as amount
from scopes
group by period_type, period_start, is_of_quarter, is_complete, segment, movement
order by period_type, segment, period_start, movement
