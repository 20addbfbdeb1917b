-- A rep counts on the last day of each period he is there on: enough for metrics per active rep.
-- Managers are no reps, and who is on leave is not there.
with rep_periods as (select * from {{ ref('int_rep_periods') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

managers as (select * from {{ ref('int_managers_by_day') }}),

days as (
    select distinct window_end as event_on
    from periods
),

present as (
    select
        days.event_on,
        rep_periods.rep_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as active_rep_count
    from rep_periods
    inner join days
        on {{ in_force('rep_periods', 'days.event_on', 'starts_on', 'ends_on') }}
    left join assignments
        on rep_periods.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'days.event_on') }}
),

headcount as (
    select present.*
    from present
    anti join managers
        on present.event_on = managers.calendar_day and present.rep_id = managers.rep_id
)

select * from headcount
