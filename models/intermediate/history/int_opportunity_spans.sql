-- The states of every deal as the CRM had them, one after the other without gap or overlap: each
-- field keeps its last known value, one state per instant, and a save that changes nothing is none.
{%- set state = opportunity_fields() + ['is_deleted'] %}
with observations as (select * from {{ ref('int_opportunity_observations') }}),

carried as (
    select
        opportunity_id,
        observed_at,
        {%- for field in state %}
        {{ last_known(field, by_time('observed_at, observation_kind, change_number')) }} as {{ field }},
        {%- endfor %}
        is_inferred,
        lead(observed_at) over (
            {{ by_time('observed_at, observation_kind, change_number') }}
        ) as next_observed_at
    from observations
),

-- Within one instant only the last state was ever visible.
instants as (
    select *
    from carried
    where next_observed_at is null or next_observed_at > observed_at
),

compared as (
    select
        *,
        {%- for field in state %}
        lag({{ field }}) over ({{ by_time('observed_at') }}) as {{ field }}_before,
        {%- endfor %}
        row_number() over ({{ by_time('observed_at') }}) as instant_number
    from instants
),

changed as (
    select *
    from compared
    where
        instant_number = 1
        {%- for field in state %}
        or {{ field }} is distinct from {{ field }}_before
        {%- endfor %}
),

spans as (
    select
        opportunity_id,
        row_number() over ({{ by_time('observed_at') }}) as version_number,
        observed_at as valid_from,
        lead(observed_at) over ({{ by_time('observed_at') }}) as valid_to,
        stage_id,
        nullif(amount, {{ no_amount() }}) as amount,
        nullif(close_date, {{ no_date() }}) as close_date,
        rep_id,
        nullif(forecast_category, {{ no_text() }}) as forecast_category,
        nullif(opportunity_type, {{ no_text() }}) as opportunity_type,
        is_deleted,
        is_inferred
    from changed
)

select * from spans
