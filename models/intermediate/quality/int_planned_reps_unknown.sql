-- Reps that planning names, in whatever table, and no CRM has. Planning names reps by the ids of
-- the public tables: with several CRMs in use, by the prefixed. Who begins later may not be in the
-- CRM yet.
with quotas as (select * from {{ ref('stg_planning__quotas') }}),

roster as (select * from {{ ref('stg_planning__rep_roster') }}),

submissions as (select * from {{ ref('stg_planning__forecast_submissions') }}),

call_scores as (select * from {{ ref('stg_planning__call_scores') }}),

trials as (select * from {{ ref('stg_planning__trials') }}),

people as (select * from {{ ref('int_crm_people') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

planned as (
    select rep_id from quotas
    where month_start <= {{ as_of_date() }}
    union
    select rep_id from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
    union
    select rep_id from submissions
    where submitted_at < {{ as_of_end() }}
    union
    select rep_id from call_scores
    where scored_at < {{ as_of_end() }}
    union
    select rep_id from trials
    where started_on <= {{ as_of_date() }}
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
