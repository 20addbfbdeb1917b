-- Tasks, events and exported activities in one shape, before anyone asks what they are. The record
-- of a series is a template and no activity: its occurrences are rows of their own. Long, because
-- each kind of record is one branch.
with tasks as (select * from {{ ref('stg_salesforce__tasks') }}),

events as (select * from {{ ref('stg_salesforce__events') }}),

csv_activities as (select * from {{ ref('stg_csv_export__activities') }}),

-- One meaning per word, however its mapping spells it.
statuses as (
    select
        {{ plain_word('raw_status') }} as word,
        min(state) as state
    from {{ ref('activity_statuses') }}
    group by 1
),

directions as (
    select
        {{ plain_word('raw_direction') }} as word,
        min(direction) as direction
    from {{ ref('activity_directions') }}
    group by 1
),

-- An occurrence names the record of its series; a loader may lack the flag that says so.
series as (
    select distinct series_id
    from tasks
    where series_id is not null
    union
    select distinct series_id
    from events
    where series_id is not null
),

-- Where the flag of an invitee's copy is missing, the same group event is told by its other fields.
copies as (
    select
        activity_id,
        row_number() over (
            partition by created_at, started_at, subject, what_id, who_id
            order by activity_id
        ) as copy_number
    from events
    where is_child is null
        and coalesce(is_group_event, group_event_type like '1%', false)
        and created_at is not null
        and started_at is not null
),

dated_events as (
    select
        events.*,
        coalesce(events.started_at, {{ business_midnight('events.takes_place_on') }}) as begins_at
    from events
    left join series on events.activity_id = series.series_id
    left join copies on events.activity_id = copies.activity_id
    where not coalesce(events.is_child, copies.copy_number > 1, false)
        and not coalesce(events.is_recurrence, series.series_id is not null)
        and not coalesce(events.group_event_type like '3%', false)
),

unioned as (
    select
        {{ source_id('salesforce', 'tasks.activity_id') }} as activity_id,
        'salesforce' as source,
        'task' as record_kind,
        coalesce(tasks.task_type, '') as raw_type,
        coalesce(tasks.task_subtype, '') as raw_subtype,
        coalesce(tasks.call_disposition, '') as raw_disposition,
        directions.direction as stated_direction,
        case when directions.word is null then tasks.call_type end as unknown_direction,
        {{ source_id('salesforce', 'tasks.rep_id') }} as rep_id,
        case when tasks.what_id like '006%' then {{ source_id('salesforce', 'tasks.what_id') }} end
            as opportunity_id,
        coalesce(
            {{ source_id('salesforce', 'tasks.account_id') }},
            case
                when tasks.what_id like '001%' then {{ source_id('salesforce', 'tasks.what_id') }}
            end
        ) as account_id,
        case when tasks.who_id like '00Q%' then {{ source_id('salesforce', 'tasks.who_id') }} end
            as lead_id,
        case when tasks.who_id like '003%' then {{ source_id('salesforce', 'tasks.who_id') }} end
            as contact_id,
        coalesce(tasks.created_at, tasks.completed_at) as created_at,
        coalesce(tasks.completed_at, tasks.created_at) as occurred_at,
        tasks.due_on,
        -- A task whose status says nothing is done if it was completed at some time.
        coalesce(tasks.is_closed, statuses.state <> 'open', tasks.completed_at is not null)
            as is_done,
        statuses.state as stated_state,
        case when statuses.word is null then tasks.status end as unknown_status,
        cast(null as {{ dbt.type_string() }}) as raw_outcome,
        tasks.is_deleted
    from tasks
    left join series on tasks.activity_id = series.series_id
    left join statuses on {{ plain_word('tasks.status') }} = statuses.word
    left join directions on {{ plain_word('tasks.call_type') }} = directions.word
    where
        not coalesce(tasks.is_recurrence, series.series_id is not null)
        and (
            coalesce(tasks.created_at, tasks.completed_at) is null
            or coalesce(tasks.created_at, tasks.completed_at) < {{ as_of_end() }}
        )
    union all
    select
        {{ source_id('salesforce', 'activity_id') }} as activity_id,
        'salesforce' as source,
        'event' as record_kind,
        coalesce(event_type, '') as raw_type,
        '' as raw_subtype,
        '' as raw_disposition,
        cast(null as {{ dbt.type_string() }}) as stated_direction,
        cast(null as {{ dbt.type_string() }}) as unknown_direction,
        {{ source_id('salesforce', 'rep_id') }} as rep_id,
        case when what_id like '006%' then {{ source_id('salesforce', 'what_id') }} end
            as opportunity_id,
        coalesce(
            {{ source_id('salesforce', 'account_id') }},
            case when what_id like '001%' then {{ source_id('salesforce', 'what_id') }} end
        ) as account_id,
        case when who_id like '00Q%' then {{ source_id('salesforce', 'who_id') }} end as lead_id,
        case when who_id like '003%' then {{ source_id('salesforce', 'who_id') }} end as contact_id,
        coalesce(created_at, begins_at) as created_at,
        coalesce(begins_at, created_at) as occurred_at,
        cast(null as date) as due_on,
        true as is_done,
        cast(null as {{ dbt.type_string() }}) as stated_state,
        cast(null as {{ dbt.type_string() }}) as unknown_status,
        outcome as raw_outcome,
        is_deleted
    from dated_events
    where
        coalesce(created_at, begins_at) is null
        or coalesce(created_at, begins_at) < {{ as_of_end() }}
    union all
    select
        {{ source_id('csv_export', 'csv_activities.activity_id') }} as activity_id,
        'csv_export' as source,
        'activity' as record_kind,
        coalesce(csv_activities.activity_type, '') as raw_type,
        coalesce(csv_activities.subtype, '') as raw_subtype,
        coalesce(csv_activities.disposition, '') as raw_disposition,
        directions.direction as stated_direction,
        case when directions.word is null then csv_activities.direction end as unknown_direction,
        {{ source_id('csv_export', 'csv_activities.rep_id') }} as rep_id,
        {{ source_id('csv_export', 'csv_activities.opportunity_id') }} as opportunity_id,
        {{ source_id('csv_export', 'csv_activities.account_id') }} as account_id,
        {{ source_id('csv_export', 'csv_activities.lead_id') }} as lead_id,
        {{ source_id('csv_export', 'csv_activities.contact_id') }} as contact_id,
        coalesce(
            csv_activities.created_at, csv_activities.started_at, csv_activities.completed_at
        ) as created_at,
        coalesce(
            csv_activities.completed_at, csv_activities.started_at, csv_activities.created_at
        ) as occurred_at,
        csv_activities.due_on,
        -- A file of activities is a log: what does not say otherwise was done.
        coalesce(csv_activities.is_closed, statuses.state <> 'open', true) as is_done,
        statuses.state as stated_state,
        case when statuses.word is null then csv_activities.status end as unknown_status,
        csv_activities.outcome as raw_outcome,
        csv_activities.is_deleted
    from csv_activities
    left join statuses on {{ plain_word('csv_activities.status') }} = statuses.word
    left join directions on {{ plain_word('csv_activities.direction') }} = directions.word
    where
        not coalesce(csv_activities.is_recurrence, false)
        and (
            coalesce(
                csv_activities.created_at, csv_activities.started_at, csv_activities.completed_at
            ) is null
            or coalesce(
                csv_activities.created_at, csv_activities.started_at, csv_activities.completed_at
            ) < {{ as_of_end() }}
        )
)

select * from unioned
