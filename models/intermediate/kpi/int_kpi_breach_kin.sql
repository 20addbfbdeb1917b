-- Breaches that may have one cause: of one metric and slice, one scope inside the other. Where a
-- team or rep belongs is what the roster said on the day the breach opened, so that a later move
-- does not change the past. Long, because the scopes are found a home first.
with breach_periods as (select * from {{ ref('int_kpi_breach_periods') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

breaches as (
    select
        *,
        case
            when rep_id <> 'all' then 4
            when team_id <> 'all' then 3
            when segment <> 'all' then 2
            else 1
        end as narrowness
    from breach_periods
    where periods_in_breach = 1
),

-- A team belongs to the segment most of its reps are assigned to.
members as (
    select
        breaches.breach_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        case when breaches.narrowness = 4 then coalesce(assignments.team_id, 'unassigned') end
            as team_id,
        count(distinct assignments.rep_id) as reps
    from breaches
    inner join assignments
        on (
            breaches.rep_id = assignments.rep_id
            or (breaches.rep_id = 'all' and breaches.team_id = assignments.team_id)
        )
        and {{ in_force('assignments', 'breaches.opened_on') }}
    where breaches.narrowness >= 3
    group by 1, 2, 3
),

homes as (
    select
        breach_id,
        segment,
        team_id,
        row_number() over (partition by breach_id order by reps desc, segment asc) as place
    from members
),

placed as (
    select
        breaches.breach_id,
        breaches.metric_id,
        breaches.slice_id,
        breaches.opened_on,
        breaches.closed_on,
        breaches.narrowness,
        case
            when breaches.segment <> 'all' then breaches.segment
            when breaches.narrowness >= 3 then coalesce(homes.segment, 'unassigned')
            else 'all'
        end as segment,
        case
            when breaches.team_id <> 'all' then breaches.team_id
            when breaches.narrowness = 4 then coalesce(homes.team_id, 'unassigned')
            else 'all'
        end as team_id,
        breaches.rep_id,
        cast(
            row_number() over (
                order by breaches.opened_on asc, breaches.narrowness asc, breaches.breach_id asc
            ) as bigint
        ) as rank_in_time
    from breaches
    left join homes on breaches.breach_id = homes.breach_id and homes.place = 1
),

breach_kin as (
    select
        later.breach_id,
        later.rank_in_time,
        earlier.breach_id as earlier_breach_id,
        earlier.rank_in_time as earlier_rank_in_time,
        later.opened_on < coalesce(earlier.closed_on, date '9999-12-31') as is_open_then
    from placed as later
    inner join placed as earlier
        on later.metric_id = earlier.metric_id
        and later.slice_id = earlier.slice_id
        and later.rank_in_time >= earlier.rank_in_time
        and (later.segment = earlier.segment or later.segment = 'all' or earlier.segment = 'all')
        and (later.team_id = earlier.team_id or later.team_id = 'all' or earlier.team_id = 'all')
        and (later.rep_id = earlier.rep_id or later.rep_id = 'all' or earlier.rep_id = 'all')
)

select * from breach_kin
