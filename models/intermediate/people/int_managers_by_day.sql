-- Who leads others and carries no quota that month sells through them and is no rep: on the last
-- day of each period and on the as-of day. The one place that says so.
with periods as (select * from {{ ref('int_calendar_periods') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

quotas as (select * from {{ ref('stg_planning__quotas') }}),

days as (
    select window_end as calendar_day
    from periods
    union
    select {{ as_of_date() }} as calendar_day
),

-- By assignments alone, which are dated: what else is known of a report is known late. So whoever
-- led somebody who has left stays a manager, which takes nothing from anyone without a quota.
leaders as (
    select distinct
        days.calendar_day,
        assignments.manager_id as rep_id
    from days
    inner join assignments
        on {{ in_force('assignments', 'days.calendar_day') }}
    where assignments.manager_id is not null
),

managers as (
    select
        leaders.calendar_day,
        leaders.rep_id
    from leaders
    anti join quotas
        on leaders.rep_id = quotas.rep_id
        and {{ month_start('leaders.calendar_day') }} = quotas.month_start
)

select * from managers
