-- Everything known of a deal's past, one row per fact. A field a fact does not mention is null;
-- "set to nothing" is the sentinel of its type. Long, because each kind of fact is one branch.
{#- The columns of change_order for a fact that is no change record. -#}
{%- set no_change_order -%}
cast(null as timestamp) as changed_at,
        cast(null as bigint) as loader_sequence,
        cast(null as integer) as stage_order,
        cast(null as {{ dbt.type_string() }}) as change_id
{%- endset %}
with changes as (select * from {{ ref('int_opportunity_changes_mapped') }}),

opportunities as (
    select
        *,
        {{ business_midnight('close_date') }} as closes_at
    from {{ ref('int_crm_rows_beside_history') }}
),

-- A closing the records miss stands at its close date: of a row without records no later than its
-- last modification; beside records only without that stamp, or where a flag alone tells of it, and
-- then never before the last stage: later edits must not move it.
current_rows as (
    select
        *,
        case
            when not has_stage_history and qualified_at > created_at then qualified_at
        end as qualification_proven_at,
        case
            when not is_closed_stage then null
            when not has_stage_history
                then
                    greatest(
                        coalesce(least(closes_at, last_modified_at), created_at),
                        created_at,
                        coalesce(qualified_at, created_at)
                    )
            when is_closed_by_flag
                then
                    greatest(
                        least(coalesce(closes_at, last_stage_changed_at), last_modified_at),
                        last_stage_changed_at
                    )
            when last_modified_at is null and is_current_at_as_of
                then greatest(coalesce(closes_at, last_changed_at), last_changed_at)
        end as closing_proven_at
    from opportunities
),

creations as (
    select
        opportunity_id,
        created_at as observed_at,
        1 as observation_kind,
        {{ no_change_order }},
        case
            when has_stage_history then first_known_stage_id
            when not is_closed_stage and (qualified_at is null or qualified_at <= created_at)
                then stage_id
            when qualified_at <= created_at then first_qualified_stage_id
            else first_stage_id
        end as stage_id,
        coalesce(first_amount, stated_amount, {{ no_amount() }}) as amount,
        coalesce(first_currency_code, currency_code, {{ no_text() }}) as currency_code,
        coalesce(first_close_date, stated_close_date, {{ no_date() }}) as close_date,
        coalesce(first_rep_id, rep_id) as rep_id,
        coalesce(first_forecast_category, forecast_category, {{ no_text() }}) as forecast_category,
        coalesce(first_opportunity_type, opportunity_type, {{ no_text() }}) as opportunity_type,
        coalesce(first_segment_value, segment_value, {{ no_text() }}) as segment_value,
        coalesce(first_loss_reason, loss_reason, {{ no_text() }}) as loss_reason,
        false as is_deleted,
        false as is_known_by_day,
        is_extended_back or not has_stage_history or is_creation_inferred as is_inferred
    from current_rows
),

recorded_changes as (
    select
        opportunity_id,
        observed_at,
        2 as observation_kind,
        changed_at,
        loader_sequence,
        stage_order,
        change_id,
        stage_id,
        amount,
        currency_code,
        close_date,
        rep_id,
        forecast_category,
        opportunity_type,
        segment_value,
        loss_reason,
        cast(null as boolean) as is_deleted,
        is_known_by_day,
        false as is_inferred
    from changes
),

{% for fact, kind, instant, stage_id in [
    ('proven_qualifications', 3, 'qualification_proven_at',
        'case when is_closed_stage then first_qualified_stage_id else stage_id end'),
    ('closings_before_records', 4, 'closed_before_records_at', 'first_recorded_stage_id'),
] -%}
{{ fact }} as (
    select
        opportunity_id,
        {{ instant }} as observed_at,
        {{ kind }} as observation_kind,
        {{ no_change_order }},
        {{ stage_id }} as stage_id,
        {{ silent_fields(known=['stage_id']) }},
        cast(null as boolean) as is_deleted,
        true as is_known_by_day,
        true as is_inferred
    from current_rows
    where {{ instant }} is not null
),

{% endfor -%}

-- A closing without a record of it, or that the records miss.
proven_closings as (
    select
        opportunity_id,
        closing_proven_at as observed_at,
        case when is_closed_by_flag or not has_stage_history then 4 else 5 end as observation_kind,
        {{ no_change_order }},
        stage_id,
        {{ silent_fields(known=['stage_id']) }},
        cast(null as boolean) as is_deleted,
        -- The row of a deal that had closed before it was created proves no open day here.
        has_stage_history or coalesce(close_date >= {{ business_day('created_at') }}, false)
            as is_known_by_day,
        true as is_inferred
    from current_rows
    where closing_proven_at is not null
),

-- Where history and the current row disagree, the row is right from its last modification on,
-- unless it is an older copy than the last change record.
corrections as (
    select
        opportunity_id,
        greatest(last_modified_at, last_changed_at, created_at) as observed_at,
        5 as observation_kind,
        {{ no_change_order }},
        case when has_stage_history then stated_stage_id end as stage_id,
        stated_amount as amount,
        stated_currency_code as currency_code,
        stated_close_date as close_date,
        stated_rep_id as rep_id,
        stated_forecast_category as forecast_category,
        stated_opportunity_type as opportunity_type,
        stated_segment_value as segment_value,
        stated_loss_reason as loss_reason,
        cast(null as boolean) as is_deleted,
        false as is_known_by_day,
        true as is_inferred
    from current_rows
    where last_modified_at is not null
        and is_current_at_as_of
        and not {{ is_older_copy('last_modified_at', 'last_changed_at') }}
),

-- A deletion takes nothing back, so it is never earlier than what else the row proves.
deletions as (
    select
        opportunity_id,
        greatest(
            coalesce(last_modified_at, last_changed_at),
            last_changed_at,
            created_at,
            coalesce(qualification_proven_at, created_at),
            coalesce(closing_proven_at, created_at)
        ) as observed_at,
        6 as observation_kind,
        {{ no_change_order }},
        {{ silent_fields() }},
        true as is_deleted,
        false as is_known_by_day,
        false as is_inferred
    from current_rows
    where is_deleted
),

opportunity_observations as (
    {% for fact in [
        'creations', 'recorded_changes', 'proven_qualifications', 'closings_before_records',
        'proven_closings', 'corrections', 'deletions',
    ] -%}
    select * from {{ fact }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select *
from opportunity_observations
where observed_at < {{ as_of_end() }}
