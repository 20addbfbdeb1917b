with next_actions as (select * from {{ ref('int_next_actions') }}),

days as (select * from {{ ref('int_period_ends') }}),

runs as (
    select
        activity_id,
        opportunity_id,
        rep_id,
        due_on,
        opened_on as from_day,
        ended_on as to_day
    from next_actions
),

at_ends as (
    {{ numbered_runs(
        'runs', 'days', 'end_number', ['activity_id', 'opportunity_id', 'rep_id', 'due_on']
    ) }}
),

next_actions_at_period_ends as (
    select
        at_ends.activity_id,
        days.end_number,
        days.calendar_day as window_end,
        at_ends.opportunity_id,
        at_ends.rep_id,
        coalesce(at_ends.due_on < days.calendar_day, false) as is_overdue
    from at_ends
    inner join days on at_ends.end_number = days.end_number
    where days.is_period_end
)

select * from next_actions_at_period_ends
