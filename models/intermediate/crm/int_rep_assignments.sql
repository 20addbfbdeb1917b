-- Where a rep belonged on any day: team, role, segment and manager. The planning roster knows best,
-- then a CRM's rep list; the role of a CRM's user stands for the days before them. Of rows that
-- overlap the one that began last counts while it lasts. Where none lasts, the last one reaches
-- onward, because deals of a rep who left or is on leave still belong to the team he left them in:
-- int_rep_periods tells who is at work. A start is never moved back: that would rewrite days
-- already reported. Long, because rows that overlap are put in order first.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

people as (select * from {{ ref('int_crm_people') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

known as (
    select
        rep_id,
        starts_on,
        ends_on,
        team_id,
        role,
        segment,
        manager_id,
        1 as preference
    from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
    union all
    select
        rep_id,
        starts_on,
        ends_on,
        team_id,
        role,
        segment,
        manager_id,
        case when is_rep_list then 2 else 3 end as preference
    from people
    where (starts_on is null or starts_on <= {{ as_of_date() }})
        and (created_at is null or created_at < {{ as_of_end() }})
),

-- Of two rows that start on the same day the better source counts, then the first in alphabetical
-- order. A last day to come is not known yet.
ranked as (
    select
        known.rep_id,
        coalesce(known.starts_on, date '1900-01-01') as starts_on,
        case when known.ends_on <= {{ as_of_date() }} + 1 then known.ends_on end as ends_on,
        coalesce(known.team_id, 'unassigned') as team_id,
        known.role,
        known.segment,
        known.manager_id,
        known.preference,
        row_number() over (
            partition by known.rep_id
            order by
                known.starts_on asc nulls first,
                known.preference desc,
                known.team_id desc nulls first,
                known.segment desc nulls first,
                known.role desc nulls first,
                known.manager_id desc nulls first
        ) as row_place
    from known
),

turning_days as (
    select
        rep_id,
        starts_on as valid_from
    from ranked
    union
    select
        rep_id,
        ends_on as valid_from
    from ranked
    where ends_on is not null
),

-- The rep list counts only where the roster has not begun, the CRM's role only where neither has.
chosen as (
    select
        turning_days.rep_id,
        turning_days.valid_from,
        ranked.row_place,
        row_number() over (
            partition by turning_days.rep_id, turning_days.valid_from
            order by
                ranked.preference asc,
                case when ranked.ends_on <= turning_days.valid_from then 1 else 0 end asc,
                -- The one that ended last, where all have ended.
                case when ranked.ends_on <= turning_days.valid_from then ranked.ends_on end
                desc nulls last,
                ranked.row_place desc
        ) as choice
    from turning_days
    inner join ranked
        on turning_days.rep_id = ranked.rep_id and turning_days.valid_from >= ranked.starts_on
),

turned as (
    select
        rep_id,
        valid_from,
        row_place,
        lag(row_place) over (partition by rep_id order by valid_from) as row_place_before
    from chosen
    where choice = 1
),

rep_assignments as (
    select
        turned.rep_id,
        row_number() over (partition by turned.rep_id order by turned.valid_from)
            as assignment_number,
        turned.valid_from,
        lead(turned.valid_from, 1, date '9999-12-31') over (
            partition by turned.rep_id order by turned.valid_from
        ) as valid_to,
        ranked.team_id,
        ranked.role,
        -- One spelling of a segment, as every plan has it; who sells to all has none.
        nullif(coalesce(segment_names.segment, ranked.segment), 'all') as segment,
        ranked.manager_id
    from turned
    inner join ranked
        on turned.rep_id = ranked.rep_id and turned.row_place = ranked.row_place
    left join segment_names on lower(ranked.segment) = segment_names.spelling
    where turned.row_place is distinct from turned.row_place_before
)

select * from rep_assignments
