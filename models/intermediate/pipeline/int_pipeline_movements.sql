with steps as (select * from {{ ref('int_pipeline_steps') }}),

movements as (
    select
        period_type,
        period_start,
        close_quarter,
        segment,
        team_id,
        rep_id,
        movement,
        cast(sum(deals) as bigint) as deals,
        cast(sum(amount) as decimal(18, 2)) as amount
    from steps
    group by 1, 2, 3, 4, 5, 6, 7
)

select * from movements
