-- What each activity is: the row of the seed activity_types with most cells filled wins. That is
-- resolved once for every combination of raw types the seed can tell apart, not per activity. Long,
-- because an activity's outcome is judged here too.
with unioned as (select * from {{ ref('int_activities_unioned') }}),

activity_types as (select * from {{ configured('activity_types') }}),

-- What became of a meeting is told in the words of a status.
outcomes as (
    select
        {{ plain_word('raw_status') }} as word,
        min(state) as state
    from {{ configured('activity_statuses') }}
    group by 1
),

record_kinds as (
    select distinct
        source,
        record_kind
    from activity_types
),

-- The raw words the seed knows; every other word is like none.
{% for column in ['raw_type', 'raw_subtype', 'raw_disposition'] -%}
known_{{ column }}s as (
    select distinct lower({{ column }}) as word
    from activity_types
    where {{ column }} is not null
),

told_{{ column }}s as (
    select word
    from known_{{ column }}s
    union all
    select '' as word
),

{% endfor -%}
combinations as (
    select
        record_kinds.source,
        record_kinds.record_kind,
        told_raw_types.word as raw_type,
        told_raw_subtypes.word as raw_subtype,
        told_raw_dispositions.word as raw_disposition
    from record_kinds
    cross join told_raw_types
    cross join told_raw_subtypes
    cross join told_raw_dispositions
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
    inner join activity_types
        on combinations.source = activity_types.source
        and combinations.record_kind = activity_types.record_kind
        and combinations.raw_type
        = coalesce(lower(activity_types.raw_type), combinations.raw_type)
        and combinations.raw_subtype
        = coalesce(lower(activity_types.raw_subtype), combinations.raw_subtype)
        and combinations.raw_disposition
        = coalesce(lower(activity_types.raw_disposition), combinations.raw_disposition)
),

chosen as (
    select
        *,
        concat_ws(
            chr(31), source, record_kind, raw_type, raw_subtype, raw_disposition
        ) as combination
    from ranked
    where choice = 1
),

typed as (
    select
        unioned.activity_id,
        unioned.source,
        coalesce(chosen.activity_type, 'other') as activity_type,
        chosen.activity_type is not null as is_typed,
        coalesce(chosen.activity_type in ('meeting', 'discovery', 'demo'), false) as is_meeting,
        coalesce(unioned.stated_direction, chosen.direction, 'outbound') as direction,
        coalesce(unioned.rep_id, 'unassigned') as rep_id,
        unioned.opportunity_id,
        unioned.account_id,
        unioned.lead_id,
        unioned.contact_id,
        unioned.created_at as booked_at,
        -- What is logged after the fact counts once it is known: a past day never changes.
        greatest(unioned.occurred_at, unioned.created_at) as occurred_at,
        unioned.due_on,
        -- Done after the as-of day is not done yet.
        unioned.is_done and unioned.occurred_at < {{ as_of_end() }} as is_done,
        coalesce(outcomes.state, unioned.stated_state) as state,
        unioned.unknown_status,
        unioned.unknown_direction,
        case when outcomes.word is null then unioned.raw_outcome end as unknown_outcome,
        unioned.is_deleted
    from unioned
    left join outcomes on {{ plain_word('unioned.raw_outcome') }} = outcomes.word
    left join known_raw_types on lower(unioned.raw_type) = known_raw_types.word
    left join known_raw_subtypes on lower(unioned.raw_subtype) = known_raw_subtypes.word
    left join known_raw_dispositions
        on lower(unioned.raw_disposition) = known_raw_dispositions.word
    -- One key, not five: DuckDB takes a join by five for one row and turns the next one round.
    left join chosen
        on concat_ws(
            chr(31), unioned.source, unioned.record_kind, coalesce(known_raw_types.word, ''),
            coalesce(known_raw_subtypes.word, ''), coalesce(known_raw_dispositions.word, '')
        ) = chosen.combination
),

activities_typed as (
    select
        activity_id,
        source,
        activity_type,
        is_typed,
        is_meeting,
        direction,
        rep_id,
        opportunity_id,
        account_id,
        lead_id,
        contact_id,
        booked_at,
        occurred_at,
        due_on,
        is_done,
        is_deleted,
        unknown_status,
        unknown_direction,
        -- The result of a call may be any text: only that of a meeting is looked at.
        case when is_meeting then unknown_outcome end as unknown_outcome,
        case
            when is_done and state in ('no_show', 'cancelled', 'rescheduled') then state
            when not is_meeting then case when is_done then 'done' else 'open' end
            -- The CRM still calls it planned: nobody has said that it was held.
            when is_done and (state is distinct from 'open') then 'held'
            else 'scheduled'
        end as outcome
    from typed
)

select * from activities_typed
