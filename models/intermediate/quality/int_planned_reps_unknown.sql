-- Reps that planning names, in whatever table, and no CRM has. Planning names reps by the ids of
-- the public tables: with several CRMs in use, by the prefixed. Who begins later may not be in the
-- CRM yet.
with reps_planned as (select * from {{ ref('int_reps_planned') }}),

roster as (select * from {{ ref('stg_planning__rep_roster') }}),

people as (select * from {{ ref('int_crm_people') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

planned as (
    select rep_id from reps_planned
    where is_due
    union
    select rep_id from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
),

known as (
    select rep_id from people
    union
    select rep_id from versions
    union
    select rep_id from activities
    union
    select rep_id from leads
),

unknown_reps as (
    select planned.rep_id
    from planned
    anti join known on planned.rep_id = known.rep_id
    where planned.rep_id is not null
)

select * from unknown_reps
