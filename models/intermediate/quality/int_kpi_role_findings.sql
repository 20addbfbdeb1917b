-- Roles that an alarm would be sent to and nobody is known to fill: neither a name in kpi_roles nor
-- a manager among the reps. What they own is told to the role alone.
with triggers as (select * from {{ configured('kpi_triggers') }}),

owners as (select * from {{ configured('kpi_owners') }}),

roles as (select * from {{ configured('kpi_roles') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

asked as (
    select owners.owner_role as role_id
    from triggers
    inner join owners on triggers.metric_id = owners.metric_id
    where coalesce(triggers.is_on, true)
    union
    select coalesce(triggers.escalate_to, owners.escalate_to) as role_id
    from triggers
    inner join owners on triggers.metric_id = owners.metric_id
    where coalesce(triggers.is_on, true)
),

-- One step up from the reps, and two.
led as (
    select
        count(assignments.manager_id) as managed,
        count(leaders.manager_id) as managers_managed
    from assignments
    left join assignments as leaders
        on assignments.manager_id = leaders.rep_id
        and {{ in_force('leaders', as_of_date()) }}
    where {{ in_force('assignments', as_of_date()) }}
),

findings as (
    select
        'unfilled_kpi_role' as check_id,
        asked.role_id as row_id
    from asked
    left join roles on asked.role_id = roles.role
    cross join led
    where roles.name is null
        and asked.role_id <> 'rep'
        and case
            when asked.role_id in ('sales_manager', 'sdr_manager') then led.managed = 0
            when asked.role_id = 'vp_sales' then led.managers_managed = 0
            else true
        end
)

select * from findings
