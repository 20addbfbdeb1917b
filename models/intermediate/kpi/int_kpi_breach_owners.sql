-- Who answers for a breach: the person who held its role on the day it opened. The manager of a
-- place is the one most of its reps reported to that day; the manager of those managers leads
-- sales. Who cannot be told that way is the name the company gave the role, if it gave one. Long,
-- because the two steps up are found one after the other.
with breach_periods as (select * from {{ ref('int_kpi_breach_periods') }}),

owners as (select * from {{ configured('kpi_owners') }}),

roles as (select * from {{ configured('kpi_roles') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

reps as (select * from {{ ref('int_reps_listed') }}),

breaches as (
    select
        breach_periods.breach_id,
        breach_periods.opened_on,
        breach_periods.segment,
        breach_periods.team_id,
        breach_periods.rep_id,
        owners.owner_role
    from breach_periods
    inner join owners on breach_periods.metric_id = owners.metric_id
    where breach_periods.periods_in_breach = 1
),

-- A manager is counted where the own manager is looked for, not among those led.
led as (
    select
        breaches.breach_id,
        breaches.opened_on,
        assignments.manager_id,
        count(distinct assignments.rep_id) as people
    from breaches
    inner join assignments
        on (breaches.segment = 'all' or breaches.segment = assignments.segment)
        and (breaches.team_id = 'all' or breaches.team_id = assignments.team_id)
        and (breaches.rep_id = 'all' or breaches.rep_id = assignments.rep_id)
        and {{ in_force('assignments', 'breaches.opened_on') }}
    where assignments.manager_id is not null and coalesce(assignments.role, 'rep') <> 'manager'
    group by 1, 2, 3
),

managers as (
    select
        breach_id,
        manager_id,
        row_number() over (partition by breach_id order by people desc, manager_id asc) as place
    from led
),

led_by_leaders as (
    select
        led.breach_id,
        assignments.manager_id,
        sum(led.people) as people
    from led
    inner join assignments
        on led.manager_id = assignments.rep_id
        and {{ in_force('assignments', 'led.opened_on') }}
    where assignments.manager_id is not null
    group by 1, 2
),

leaders as (
    select
        breach_id,
        manager_id,
        row_number() over (partition by breach_id order by people desc, manager_id asc) as place
    from led_by_leaders
),

held as (
    select
        breaches.breach_id,
        breaches.owner_role,
        case
            when breaches.owner_role = 'rep' and breaches.rep_id <> 'all' then breaches.rep_id
            -- A company has many managers, and none of them answers for all of it.
            when breaches.owner_role in ('sales_manager', 'sdr_manager')
                and concat(breaches.segment, breaches.team_id, breaches.rep_id) <> 'allallall'
                then managers.manager_id
            when breaches.owner_role in ('sales_manager', 'sdr_manager', 'vp_sales')
                then leaders.manager_id
        end as owner_id
    from breaches
    left join managers on breaches.breach_id = managers.breach_id and managers.place = 1
    left join leaders on breaches.breach_id = leaders.breach_id and leaders.place = 1
),

breach_owners as (
    select
        held.breach_id,
        held.owner_role,
        reps.rep_id as owner_id,
        coalesce(reps.rep_name, roles.name) as owner_name
    from held
    left join reps on held.owner_id = reps.rep_id
    left join roles on held.owner_role = roles.role
)

select * from breach_owners
