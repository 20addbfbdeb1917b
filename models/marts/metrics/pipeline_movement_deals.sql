with steps as (select * from {{ ref('int_pipeline_steps') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

pipeline_movement_deals as (
    select
        steps.period_type,
        steps.period_start,
        periods.period_end,
        steps.close_quarter as closing_quarter,
        steps.opportunity_id,
        steps.movement,
        steps.segment,
        steps.team_id,
        steps.rep_id,
        steps.deals,
        steps.amount,
        periods.is_complete
    from steps
    inner join periods
        on steps.period_type = periods.period_type
        and steps.period_start = periods.period_start
)

select * from pipeline_movement_deals
