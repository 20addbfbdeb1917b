-- Rows of the roster that overlap, and reps of planning tables whom no CRM knows.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

planned_reps_unknown as (select * from {{ ref('int_planned_reps_unknown') }}),

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
)

select * from findings
