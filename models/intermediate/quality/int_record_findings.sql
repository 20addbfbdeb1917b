-- Activities, leads and merges that cannot be placed, and records of any kind without their moment.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

merged_records as (select * from {{ ref('int_merges') }}),

findings as (
    select
        'orphan_activity' as check_id,
        activities.activity_id as row_id
    from activities
    anti join opportunities on activities.opportunity_id = opportunities.opportunity_id
    where activities.opportunity_id is not null
    union all
    select
        'untyped_activity' as check_id,
        activity_id as row_id
    from activities
    where not is_typed
    union all
    select
        'meeting_still_scheduled' as check_id,
        activity_id as row_id
    from activities
    where is_meeting
        and not is_deleted
        and outcome = 'scheduled'
        and {{ business_day('occurred_at') }} < {{ as_of_date() }}
    union all
    select
        'converted_before_creation' as check_id,
        lead_id as row_id
    from leads
    where converted_on < created_on
    union all
    select
        'unresolved_merge' as check_id,
        record_id as row_id
    from merged_records
    where survivor_id is null
    union all
    select
        'undated_record' as check_id,
        change_id as row_id
    from changes
    where changed_at is null
    union all
    select
        'undated_record' as check_id,
        activity_id as row_id
    from activities
    where booked_at is null
    union all
    select
        'undated_record' as check_id,
        lead_id as row_id
    from leads
    where created_at is null
    union all
    select
        'undated_record' as check_id,
        opportunity_id as row_id
    from current_rows
    where is_creation_inferred
)

select * from findings
