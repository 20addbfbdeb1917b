with movements as (select * from {{ ref('pipeline_movements') }}),

periods as (
    select
        period_type,
        period_start,
        lead(period_start) over (partition by period_type order by period_start) as next_start
    from {{ ref('int_calendar_periods') }}
),

closings as (
    select
        movements.*,
        periods.next_start
    from movements
    inner join periods
        on movements.period_type = periods.period_type
        and movements.period_start = periods.period_start
    where movements.movement = 'closing' and periods.next_start is not null
),

openings as (
    select *
    from movements
    where movement = 'opening'
),

broken as (
    select
        closings.period_start,
        openings.period_start as next_start
    from closings
    full join openings
        on closings.period_type = openings.period_type
        and closings.next_start = openings.period_start
        and closings.closing_quarter = openings.closing_quarter
        and closings.segment = openings.segment
        and closings.team_id = openings.team_id
        and closings.rep_id = openings.rep_id
    where
        closings.deals is distinct from openings.deals
        or closings.amount is distinct from openings.amount
)

select * from broken
