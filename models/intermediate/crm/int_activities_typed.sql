-- What each activity is: the row of the seed activity_types with most cells filled wins.
-- Combinations of raw types are resolved once, not per activity.
with unioned as (select * from {{ ref('int_activities_unioned') }}),

activity_types as (select * from {{ ref('activity_types') }}),

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
                activity_types.raw_type asc nulls last,
                activity_types.raw_subtype asc nulls last,
                activity_types.raw_disposition asc nulls last
        ) as choice
    from combinations
    left join activity_types
        on combinations.source = activity_types.source
        and combinations.record_kind = activity_types.record_kind
        and lower(combinations.raw_type)
        = coalesce(lower(activity_types.raw_type), lower(combinations.raw_type))
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
