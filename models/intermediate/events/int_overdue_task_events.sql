-- Open tasks past their due date at the end of each period, whether or not a deal stands behind
-- them; the deal's segment at its creation goes before the rep's, as for other activities.
with next_actions as (select * from {{ ref('int_next_actions_at_period_ends') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

overdue as (
    select
        next_actions.window_end as event_on,
        next_actions.rep_id,
        coalesce(summarised.first_segment, assignments.segment, 'unassigned') as segment
    from next_actions
    left join summarised on next_actions.opportunity_id = summarised.opportunity_id
    left join assignments
        on next_actions.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'next_actions.window_end') }}
    where next_actions.is_overdue
),

events as (
    select
        event_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        count(*) as overdue_task_count
    from overdue
    group by event_on, rep_id, segment
)

select * from events
