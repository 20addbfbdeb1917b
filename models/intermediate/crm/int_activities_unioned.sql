-- Activities of every CRM in one shape, before anyone asks what they are.
with activities as (select * from {{ ref('int_crm_activities') }}),

-- One meaning per word, however its mapping spells it.
statuses as (
    select
        {{ plain_word('raw_status') }} as word,
        min(state) as state
    from {{ configured('activity_statuses') }}
    group by 1
),

directions as (
    select
        {{ plain_word('raw_direction') }} as word,
        min(direction) as direction
    from {{ configured('activity_directions') }}
    group by 1
),

unioned as (
    select
        activities.activity_id,
        activities.source,
        activities.record_kind,
        coalesce(activities.raw_type, '') as raw_type,
        coalesce(activities.raw_subtype, '') as raw_subtype,
        coalesce(activities.raw_disposition, '') as raw_disposition,
        directions.direction as stated_direction,
        case when directions.word is null then activities.raw_direction end as unknown_direction,
        activities.rep_id,
        activities.opportunity_id,
        activities.account_id,
        activities.lead_id,
        activities.contact_id,
        activities.created_at,
        activities.occurred_at,
        activities.due_on,
        coalesce(
            activities.is_closed, statuses.state <> 'open', activities.is_done_unless_told
        ) as is_done,
        statuses.state as stated_state,
        case when statuses.word is null then activities.raw_status end as unknown_status,
        activities.raw_outcome,
        activities.is_deleted
    from activities
    left join statuses on {{ plain_word('activities.raw_status') }} = statuses.word
    left join directions on {{ plain_word('activities.raw_direction') }} = directions.word
    where activities.created_at is null or activities.created_at < {{ as_of_end() }}
)

select * from unioned
