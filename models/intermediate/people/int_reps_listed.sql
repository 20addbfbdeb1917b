-- Everyone who sells or shall: all in the roster (or a CRM's rep list), whoever owns a deal, an
-- activity or a lead and whom planning names; `unassigned` stands for the missing owner. Long,
-- because each source of reps is read by itself first.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

rep_periods as (select * from {{ ref('int_rep_periods') }}),

people as (select * from {{ ref('int_crm_people') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

planned as (select * from {{ ref('int_reps_planned') }}),

rostered as (
    select
        rep_id,
        min(starts_on) as starts_on
    from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
    group by rep_id
),

listed as (
    select
        rep_id,
        rep_name,
        starts_on,
        is_active
    from people
    where is_rep_list and (starts_on is null or starts_on <= {{ as_of_date() }})
),

-- At work by the last stretch of the roster: who is on leave is not, and has not left for good.
stretched as (
    select
        rep_id,
        nullif(max(ends_on), date '9999-12-31') as ends_on
    from rep_periods
    group by rep_id
),

crm_users as (
    select
        rep_id,
        rep_name,
        {{ business_day('created_at') }} as starts_on,
        is_active
    from people
    where not is_rep_list and (created_at is null or created_at < {{ as_of_end() }})
),

-- From history, not from the current rows: who owns a deal later is not known yet.
owners as (
    select rep_id from versions
    union
    select rep_id from activities
    union
    select rep_id from leads
),

everyone as (
    select rep_id from rostered
    union
    select rep_id from listed
    union
    select rep_id from owners
    where rep_id is not null
    union
    select rep_id from planned
    union
    select 'unassigned' as rep_id
),

reps as (
    select
        everyone.rep_id,
        case
            when everyone.rep_id = 'unassigned' then 'Unassigned'
            else coalesce(listed.rep_name, crm_users.rep_name, everyone.rep_id)
        end as rep_name,
        coalesce(rostered.starts_on, listed.starts_on, crm_users.starts_on) as starts_on,
        stretched.ends_on,
        rostered.starts_on as ramp_starts_on,
        rostered.rep_id is not null or listed.rep_id is not null as is_rostered,
        case
            when everyone.rep_id = 'unassigned' then false
            when rostered.rep_id is not null
                then stretched.rep_id is not null and stretched.ends_on is null
            when listed.rep_id is not null
                then
                    stretched.rep_id is not null
                    and stretched.ends_on is null
                    and coalesce(listed.is_active, true)
            -- Whom nothing but a plan knows is not there yet, or nobody.
            else
                coalesce(crm_users.rep_id, owners.rep_id) is not null
                and coalesce(crm_users.is_active, true)
        end as is_active
    from everyone
    left join rostered on everyone.rep_id = rostered.rep_id
    left join listed on everyone.rep_id = listed.rep_id
    left join stretched on everyone.rep_id = stretched.rep_id
    left join crm_users on everyone.rep_id = crm_users.rep_id
    left join owners on everyone.rep_id = owners.rep_id
)

select * from reps
