-- What each field was before its first recorded change: the change's old value, else its new one,
-- extended back.
with changes as (select * from {{ ref('int_opportunity_changes_mapped') }}),

ordered as (
    select
        *,
        {{ change_order_value() }} as change_place
    from changes
),

beginnings as (
    select
        opportunity_id,
        min(observed_at) filter (where stage_id is not null) as stage_known_from,
        min_by(old_stage_id is null, change_place) filter (where stage_id is not null)
            as is_stage_extended_back,
        min_by(is_known_by_day, change_place) filter (where stage_id is not null)
            as is_stage_known_by_day,
        {%- for field in opportunity_fields() %}
        min_by(coalesce(old_{{ field }}, {{ field }}), change_place)
        filter (where {{ field }} is not null) as first_{{ field }},
        {%- endfor %}
        max(observed_at) filter (
            where observed_at < {{ as_of_end() }} and not coalesce(is_remembered, false)
        ) as last_changed_at,
        max(observed_at) filter (where observed_at < {{ as_of_end() }} and stage_id is not null)
            as last_stage_changed_at,
        -- Of these fields today's row says nothing that builds do not remember better.
        coalesce(bool_or(is_remembered and segment_value is not null), false)
            as is_segment_remembered,
        coalesce(bool_or(is_remembered and loss_reason is not null), false)
            as is_loss_reason_remembered
    from ordered
    group by opportunity_id
)

select * from beginnings
