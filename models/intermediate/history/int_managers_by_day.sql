-- Who leads others and carries no quota that month sells through them and is no rep: on the last
-- day of each period and on the as-of day. The one place that says so.
with periods as (select * from {{ ref('int_calendar_periods') }}),

reps as (select * from {{ ref('int_reps_listed') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

quotas as (select * from {{ ref('stg_planning__quotas') }}),

days as (
    select window_end as calendar_day
    from periods
    union
    select {{ as_of_date() }} as calendar_day
),

-- Whoever left leads to no one.
leaders as (
    select distinct
        days.calendar_day,
        assignments.manager_id as rep_id
    from days
    inner join assignments
        on days.calendar_day >= assignments.valid_from
        and days.calendar_day < assignments.valid_to
    left join reps on assignments.rep_id = reps.rep_id
    where assignments.manager_id is not null
        and days.calendar_day >= coalesce(reps.starts_on, date '1900-01-01')
        and days.calendar_day < coalesce(reps.ends_on, date '9999-12-31')
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
