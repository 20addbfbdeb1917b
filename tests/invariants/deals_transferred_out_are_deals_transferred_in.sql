-- What one rep, team or segment hands over another one takes, within the same closing quarter.
with movements as (select * from {{ ref('pipeline_movements') }}),

broken as (
    select
        period_type,
        period_start,
        closing_quarter,
        sum(deals) as deals_left_over,
        sum(amount) as amount_left_over
    from movements
    where movement in ('transferred_in', 'transferred_out')
    group by 1, 2, 3
    having sum(deals) <> 0 or sum(amount) <> 0
)

select * from broken
