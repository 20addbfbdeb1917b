-- Every activity of every CRM with the type it has here. The seed's row with most cells filled wins; combinations
-- are resolved once, not per activity.
with tasks as (select * from {{ ref('stg_salesforce__tasks') }}),

events as (select * from {{ ref('stg_salesforce__events') }}),

csv_activities as (select * from {{ ref('stg_csv_export__activities') }}),

activity_types as (select * from {{ ref('activity_types') }}),

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
        case when what_id like '006%' then {{ source_id('salesforce', 'what_id') }} end as opportunity_id,
        coalesce(
            {{ source_id('salesforce', 'account_id') }},
            case when what_id like '001%' then {{ source_id('salesforce', 'what_id') }} end
        ) as account_id,
        case when who_id like '00Q%' then {{ source_id('salesforce', 'who_id') }} end as lead_id,
        created_at,
        coalesce(completed_at, created_at) as occurred_at,
        due_on,
        coalesce(is_closed, lower(status) = 'completed', false) as is_done,
        cast(null as {{ dbt.type_string() }}) as raw_outcome,
        is_deleted
    from tasks
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
        case when what_id like '006%' then {{ source_id('salesforce', 'what_id') }} end as opportunity_id,
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
    where not coalesce(is_child, false)
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
        coalesce(created_at, started_at) as created_at,
        coalesce(completed_at, started_at, created_at) as occurred_at,
        due_on,
        coalesce(is_closed, lower(status) in ('completed', 'done', 'held'), true) as is_done,
        outcome as raw_outcome,
        is_deleted
    from csv_activities
),

combinations as (
    select distinct
        source,
        record_kind,
        raw_type,
        raw_subtype,
        raw_disposition
    from unioned
),

ranked as (
    select
        combinations.*,
        activity_types.activity_type,
        activity_types.direction,
        row_number() over (
            partition by
                combinations.source,
                combinations.record_kind,
                combinations.raw_type,
                combinations.raw_subtype,
                combinations.raw_disposition
            order by
                case when activity_types.raw_type is null then 0 else 4 end
                + case when activity_types.raw_subtype is null then 0 else 2 end
                + case when activity_types.raw_disposition is null then 0 else 1 end desc,
                activity_types.raw_type nulls last,
                activity_types.raw_subtype nulls last,
                activity_types.raw_disposition nulls last
        ) as choice
    from combinations
    left join activity_types
        on combinations.source = activity_types.source
        and combinations.record_kind = activity_types.record_kind
        and lower(combinations.raw_type) = coalesce(lower(activity_types.raw_type), lower(combinations.raw_type))
        and lower(combinations.raw_subtype)
        = coalesce(lower(activity_types.raw_subtype), lower(combinations.raw_subtype))
        and lower(combinations.raw_disposition)
        = coalesce(lower(activity_types.raw_disposition), lower(combinations.raw_disposition))
),

typed as (
    select
        unioned.activity_id,
        unioned.source,
        unioned.record_kind,
        coalesce(ranked.activity_type, 'other') as activity_type,
        coalesce(ranked.activity_type in ('meeting', 'discovery', 'demo'), false) as is_meeting,
        coalesce(unioned.stated_direction, ranked.direction, 'outbound') as direction,
        coalesce(unioned.rep_id, 'unassigned') as rep_id,
        unioned.opportunity_id,
        unioned.account_id,
        unioned.lead_id,
        unioned.created_at as booked_at,
        -- What is logged after the fact counts once it is known: a past day never changes.
        greatest(unioned.occurred_at, unioned.created_at) as occurred_at,
        unioned.due_on,
        -- Done after the as-of day is not done yet.
        unioned.is_done and unioned.occurred_at < {{ as_of_end() }} as is_done,
        lower(replace(replace(unioned.raw_outcome, ' ', '_'), '-', '_')) as raw_outcome,
        unioned.is_deleted
    from unioned
    inner join ranked
        on unioned.source = ranked.source
        and unioned.record_kind = ranked.record_kind
        and unioned.raw_type = ranked.raw_type
        and unioned.raw_subtype = ranked.raw_subtype
        and unioned.raw_disposition = ranked.raw_disposition
        and ranked.choice = 1
    where unioned.created_at is null or unioned.created_at < {{ as_of_end() }}
),

judged as (
    select
        typed.*,
        case
            when not typed.is_meeting then case when typed.is_done then 'done' else 'open' end
            when typed.raw_outcome in ('no_show', 'noshow') and typed.is_done then 'no_show'
            when typed.raw_outcome in ('cancelled', 'canceled') and typed.is_done then 'cancelled'
            when typed.raw_outcome = 'rescheduled' and typed.is_done then 'rescheduled'
            when typed.is_done then 'held'
            else 'scheduled'
        end as outcome
    from typed
)

select * from judged
