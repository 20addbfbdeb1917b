-- For every period and closing quarter: opening + movements = closing, in deals and to the cent,
-- for every segment, team and rep together, and so for any sum over them.
with movements as (select * from {{ ref('pipeline_movements') }}),

broken as (
    select
        period_type,
        period_start,
        closing_quarter,
        segment,
        team_id,
        rep_id,
        sum(case when movement = 'closing' then -deals else deals end) as deals_left_over,
        sum(case when movement = 'closing' then -amount else amount end) as amount_left_over
    from movements
    group by 1, 2, 3, 4, 5, 6
    having
        sum(case when movement = 'closing' then -deals else deals end) <> 0
        or sum(case when movement = 'closing' then -amount else amount end) <> 0
)

select * from broken
