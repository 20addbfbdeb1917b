-- Tasks and events. The record of a series is a template and no activity: its occurrences are rows
-- of their own; an invitee's copy of an event is the same event. Long, because each of the two is
-- one branch.
with tasks as (select * from {{ ref('stg_salesforce__tasks') }}),

events as (select * from {{ ref('stg_salesforce__events') }}),

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

recorded as (
    select
        tasks.activity_id,
        'task' as record_kind,
        tasks.task_type as raw_type,
        tasks.task_subtype as raw_subtype,
        tasks.call_disposition as raw_disposition,
        tasks.call_type as raw_direction,
        tasks.status as raw_status,
        cast(null as {{ dbt.type_string() }}) as raw_outcome,
        tasks.rep_id,
        tasks.what_id,
        tasks.who_id,
        tasks.account_id,
        coalesce(tasks.created_at, tasks.completed_at) as created_at,
        coalesce(tasks.completed_at, tasks.created_at) as occurred_at,
        tasks.due_on,
        tasks.is_closed,
        -- A task whose status says nothing is done if it was completed at some time.
        tasks.completed_at is not null as is_done_unless_told,
        tasks.is_deleted
    from tasks
    left join series on tasks.activity_id = series.series_id
    where not coalesce(tasks.is_recurrence, series.series_id is not null)
    union all
    select
        activity_id,
        'event' as record_kind,
        event_type as raw_type,
        cast(null as {{ dbt.type_string() }}) as raw_subtype,
        cast(null as {{ dbt.type_string() }}) as raw_disposition,
        cast(null as {{ dbt.type_string() }}) as raw_direction,
        cast(null as {{ dbt.type_string() }}) as raw_status,
        outcome as raw_outcome,
        rep_id,
        what_id,
        who_id,
        account_id,
        coalesce(created_at, begins_at) as created_at,
        coalesce(begins_at, created_at) as occurred_at,
        cast(null as date) as due_on,
        true as is_closed,
        true as is_done_unless_told,
        is_deleted
    from dated_events
),

-- What an activity is about, is told by what its ids begin with.
activities as (
    select
        activity_id,
        record_kind,
        raw_type,
        raw_subtype,
        raw_disposition,
        raw_direction,
        raw_status,
        raw_outcome,
        rep_id,
        case when what_id like '006%' then what_id end as opportunity_id,
        coalesce(account_id, case when what_id like '001%' then what_id end) as account_id,
        case when who_id like '00Q%' then who_id end as lead_id,
        case when who_id like '003%' then who_id end as contact_id,
        created_at,
        occurred_at,
        due_on,
        is_closed,
        is_done_unless_told,
        is_deleted
    from recorded
)

select * from activities
