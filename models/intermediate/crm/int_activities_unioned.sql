-- Tasks, events and exported activities in one shape, before anyone asks what they are. Long,
-- because each kind of record is one branch.
with tasks as (select * from {{ ref('stg_salesforce__tasks') }}),

events as (select * from {{ ref('stg_salesforce__events') }}),

csv_activities as (select * from {{ ref('stg_csv_export__activities') }}),

unioned as (
    select
        {{ source_id('salesforce', 'activity_id') }} as activity_id,
        'salesforce' as source,
        'task' as record_kind,
        coalesce(task_type, '') as raw_type,
        coalesce(task_subtype, '') as raw_subtype,
        coalesce(call_disposition, '') as raw_disposition,
        case when lower(call_type) = 'inbound' then 'inbound' end as stated_direction,
        {{ source_id('salesforce', 'rep_id') }} as rep_id,
        case when what_id like '006%' then {{ source_id('salesforce', 'what_id') }} end
            as opportunity_id,
        coalesce(
            {{ source_id('salesforce', 'account_id') }},
            case when what_id like '001%' then {{ source_id('salesforce', 'what_id') }} end
        ) as account_id,
        case when who_id like '00Q%' then {{ source_id('salesforce', 'who_id') }} end as lead_id,
        coalesce(created_at, completed_at) as created_at,
        coalesce(completed_at, created_at) as occurred_at,
        due_on,
        coalesce(is_closed, lower(status) = 'completed', false) as is_done,
        cast(null as {{ dbt.type_string() }}) as raw_outcome,
        is_deleted
    from tasks
    where
        coalesce(created_at, completed_at) is null
        or coalesce(created_at, completed_at) < {{ as_of_end() }}
    union all
    select
        {{ source_id('salesforce', 'activity_id') }} as activity_id,
        'salesforce' as source,
        'event' as record_kind,
        coalesce(event_type, '') as raw_type,
        '' as raw_subtype,
        '' as raw_disposition,
        cast(null as {{ dbt.type_string() }}) as stated_direction,
        {{ source_id('salesforce', 'rep_id') }} as rep_id,
        case when what_id like '006%' then {{ source_id('salesforce', 'what_id') }} end
            as opportunity_id,
        coalesce(
            {{ source_id('salesforce', 'account_id') }},
            case when what_id like '001%' then {{ source_id('salesforce', 'what_id') }} end
        ) as account_id,
        case when who_id like '00Q%' then {{ source_id('salesforce', 'who_id') }} end as lead_id,
        coalesce(created_at, started_at) as created_at,
        coalesce(started_at, created_at) as occurred_at,
        cast(null as date) as due_on,
        true as is_done,
        outcome as raw_outcome,
        is_deleted
    from events
    where
        not coalesce(is_child, false)
        and (
            coalesce(created_at, started_at) is null
            or coalesce(created_at, started_at) < {{ as_of_end() }}
        )
    union all
    select
        {{ source_id('csv_export', 'activity_id') }} as activity_id,
        'csv_export' as source,
        'activity' as record_kind,
        coalesce(activity_type, '') as raw_type,
        coalesce(subtype, '') as raw_subtype,
        coalesce(disposition, '') as raw_disposition,
        lower(direction) as stated_direction,
        {{ source_id('csv_export', 'rep_id') }} as rep_id,
        {{ source_id('csv_export', 'opportunity_id') }} as opportunity_id,
        {{ source_id('csv_export', 'account_id') }} as account_id,
        {{ source_id('csv_export', 'lead_id') }} as lead_id,
        coalesce(created_at, started_at, completed_at) as created_at,
        coalesce(completed_at, started_at, created_at) as occurred_at,
        due_on,
        coalesce(is_closed, lower(status) in ('completed', 'done', 'held'), true) as is_done,
        outcome as raw_outcome,
        is_deleted
    from csv_activities
    where
        coalesce(created_at, started_at) is null
        or coalesce(created_at, started_at) < {{ as_of_end() }}
)

select * from unioned
