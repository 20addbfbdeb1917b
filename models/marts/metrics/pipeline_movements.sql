with movements as (select * from {{ ref('int_pipeline_movements') }}),

balances as (select * from {{ ref('int_pipeline_balances') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

unioned as (
    select
        period_type,
        period_start,
        close_quarter,
        segment,
        team_id,
        rep_id,
        movement,
        deals,
        amount
    from movements
    union all
    select
        period_type,
        period_start,
        close_quarter,
        segment,
        team_id,
        rep_id,
        movement,
        deals,
        amount
    from balances
),

pipeline_movements as (
    select
        unioned.period_type,
        unioned.period_start,
        periods.period_end,
        unioned.close_quarter as closing_quarter,
        unioned.segment,
        unioned.team_id,
        unioned.rep_id,
        unioned.movement,
        unioned.deals,
        unioned.amount,
        periods.is_complete
    from unioned
    inner join periods
        on unioned.period_type = periods.period_type
        and unioned.period_start = periods.period_start
)

select * from pipeline_movements
order by period_type, period_start, closing_quarter, segment, team_id, rep_id, movement
