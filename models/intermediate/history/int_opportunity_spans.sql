-- The states of every deal as the CRM had them, one after the other without gap or overlap: each
-- field keeps its last known value, one state per instant, and a save that changes nothing is none.
-- Of facts that are known by the day alone every stage of the instant is kept: it was left for the
-- next one within that day. So is a stage that was entered in the instant of the deletion. Long,
-- because an instant is settled in steps.
{%- set state = opportunity_fields() + ['is_deleted'] %}
{%- set in_order = over_deal('observed_at, observation_kind, ' ~ change_order()) %}
with observations as (select * from {{ ref('int_opportunity_observations') }}),

carried as (
    select
        opportunity_id,
        observed_at,
        row_number() over ({{ in_order }}) as place,
        {%- for field in state %}
        {{ last_known(field, in_order) }} as {{ field }},
        {%- endfor %}
        is_known_by_day,
        is_inferred,
        lead(observed_at) over ({{ in_order }}) as following_observed_at,
        lead(is_known_by_day) over ({{ in_order }}) as following_is_known_by_day,
        lead(is_inferred) over ({{ in_order }}) as following_is_inferred,
        lead(is_deleted) over ({{ in_order }}) as following_is_deleted
    from observations
),

-- A CRM that tracks fields writes several records per save: more than half of the observations are
-- overtaken within their instant. Recorded and inferred ones stay apart, because a state is
-- inferred only if what was recorded does not make it.
settled as (
    select *
    from carried
    where
        following_observed_at is null
        or following_observed_at > observed_at
        or following_is_inferred <> is_inferred
        or following_is_known_by_day
        or following_is_deleted
),

stepped as (
    select
        *,
        {%- for field in state %}
        lag({{ field }}) over ({{ over_deal('place') }}) as {{ field }}_before,
        {%- endfor %}
        row_number() over ({{ over_deal('place') }}) as step_number
    from settled
),

-- What changes nothing must not lend its flag to the state it repeats.
steps as (
    select
        *,
        lead(observed_at) over ({{ over_deal('place') }}) as next_observed_at,
        lead(stage_id) over ({{ over_deal('place') }}) as next_stage_id,
        lead(is_known_by_day) over ({{ over_deal('place') }}) as next_is_known_by_day,
        lead(is_deleted) over ({{ over_deal('place') }}) as next_is_deleted
    from stepped
    where
        step_number = 1
        {%- for field in state %}
        or {{ field }} is distinct from {{ field }}_before
        {%- endfor %}
),

-- Within one instant only the last state was ever visible; it may be the one from before.
instants as (
    select
        opportunity_id,
        observed_at,
        place,
        {%- for field in state %}
        {{ field }},
        lag({{ field }}) over ({{ over_deal('place') }}) as {{ field }}_before,
        {%- endfor %}
        is_inferred,
        row_number() over ({{ over_deal('place') }}) as instant_number,
        coalesce(next_is_deleted and next_observed_at = observed_at, false) as is_deleted_at_once
    from steps
    where next_observed_at is null
        or next_observed_at > observed_at
        or (next_is_known_by_day and next_stage_id <> stage_id)
        or (next_is_deleted and not is_deleted)
),

-- A deletion takes nothing back: the stage of its instant was entered, and left by deletion. What
-- else changed in that instant was never there.
changed as (
    select *
    from instants
    where
        instant_number = 1
        or stage_id <> stage_id_before
        or (
            not is_deleted_at_once
            and (
                {%- for field in state if field != 'stage_id' %}
                {{ 'or ' if not loop.first }}{{ field }} is distinct from {{ field }}_before
                {%- endfor %}
            )
        )
),

spans as (
    select
        opportunity_id,
        row_number() over ({{ over_deal('place') }}) as version_number,
        -- Versions one after the other in one stage are one visit; a deletion ends it.
        cast(
            sum(
                case
                    when instant_number = 1 then 1
                    when stage_id <> stage_id_before then 1
                    when is_deleted <> is_deleted_before then 1
                    else 0
                end
            ) over (
                {{ over_deal('place') }}
                rows between unbounded preceding and current row
            ) as bigint
        ) as visit_number,
        observed_at as valid_from,
        lead(observed_at) over ({{ over_deal('place') }}) as valid_to,
        stage_id,
        nullif(amount, {{ no_amount() }}) as amount,
        nullif(currency_code, {{ no_text() }}) as currency_code,
        nullif(close_date, {{ no_date() }}) as close_date,
        rep_id,
        nullif(forecast_category, {{ no_text() }}) as forecast_category,
        nullif(opportunity_type, {{ no_text() }}) as opportunity_type,
        nullif(segment_value, {{ no_text() }}) as segment_value,
        nullif(loss_reason, {{ no_text() }}) as loss_reason,
        is_deleted,
        is_inferred
    from changed
)

select * from spans
