-- Rows of the roster that overlap, reps of planning tables whom no CRM knows, and users of several
-- CRMs who have one name and two ids.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

planned_reps_unknown as (select * from {{ ref('int_planned_reps_unknown') }}),

people as (select * from {{ ref('int_crm_people') }}),

findings as (
    -- A row that is left open is ended by the next one that is left open: that is how rosters
    -- without last days are written.
    select distinct
        'overlapping_roster' as check_id,
        concat(later.rep_id, ' ', later.starts_on) as row_id
    from roster as later
    inner join roster as earlier
        on later.rep_id = earlier.rep_id
        and later.starts_on > earlier.starts_on
        and (
            later.starts_on < earlier.ends_on
            or (earlier.ends_on is null and later.ends_on is not null)
        )
    where later.starts_on <= {{ as_of_date() }}
    union all
    select
        'unknown_planned_rep' as check_id,
        rep_id as row_id
    from planned_reps_unknown
    union all
    -- Told by ids: who is who the people_map says, and names are nobody's business here.
    select
        'unmapped_person' as check_id,
        concat(min(rep_id), ' ', max(rep_id)) as row_id
    from people
    where rep_name is not null
    group by lower(rep_name)
    having count(distinct source) > 1 and count(distinct rep_id) > 1
)

select * from findings
