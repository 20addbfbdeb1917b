-- Two logs: snapshots of a deal's state (OpportunityHistory) and changes of single fields
-- (OpportunityFieldHistory), whose forecast categories are labels and become the API values they
-- stand for. Nobody corrects a log: its rows are deleted with their deal, or when they are old, and
-- happened all the same. Long, because each log is one branch.
with snapshots as (select * from {{ ref('stg_salesforce__opportunity_history') }}),

field_changes as (select * from {{ ref('stg_salesforce__opportunity_field_history') }}),

category_labels as (select * from {{ ref('int_salesforce__forecast_category_labels') }}),

worded as (
    select
        field_changes.opportunity_id,
        field_changes.changed_at,
        field_changes.loader_sequence,
        field_changes.change_id,
        {{ logged_field('field_changes.field_name') }} as field,
        coalesce(old_labels.forecast_category, field_changes.old_value) as old_value,
        coalesce(new_labels.forecast_category, field_changes.new_value) as new_value
    from field_changes
    left join category_labels as old_labels
        on {{ is_category_label('field_changes.field_name') }}
        and lower(field_changes.old_value) = old_labels.category_label
    left join category_labels as new_labels
        on {{ is_category_label('field_changes.field_name') }}
        and lower(field_changes.new_value) = new_labels.category_label
),

snapshot_changes as (
    select
        opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        crm_probability,
        {{ snapshot_unless_another('stage_name', 'stage_name') }} as stage_name,
        {{ snapshot_unless_another(
            'amount',
            snapshot_value('amount', no_amount()),
            type='decimal(18, 2)'
        ) }} as amount,
        {{ snapshot_unless_another(
            'close_date',
            snapshot_value('close_date', no_date()),
            type='date'
        ) }} as close_date,
        {{ crm_nulls('opportunity_changes', ['rep_id', 'opportunity_type', 'loss_reason']) -}}
        {{ snapshot_unless_another(
            'forecast_category', normalised_forecast_category('forecast_category')
        ) }} as forecast_category,
        {{ snapshot_unless_another('pipeline', 'pipeline') }} as pipeline,
        {{ snapshot_unless_another('currency_code', 'upper(currency_code)') }} as currency_code,
        {{ snapshot_unless_another('segment_value', 'segment_value') }} as segment_value,
        {{ no_old_values() -}}
        true as tells_crm_probability
    from snapshots
),

single_changes as (
    select
        opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        {{ crm_nulls('opportunity_changes', ['crm_probability']) -}}
        {{ field_values('new_value') }},
        {{ field_values('old_value', prefix='old_') }},
        false as tells_crm_probability
    from worded
    -- A change of owner is logged twice, with ids and with names; only the ids lead to a rep.
    where field is not null
        and (field <> 'rep_id' or coalesce(new_value, old_value) like '005%')
),

opportunity_changes as (
    select
        {% for column in crm_shapes()['opportunity_changes'] if column != 'change_id' -%}
        {{ column }},
        {% endfor -%}
        change_id
    from snapshot_changes
    union all
    select
        {% for column in crm_shapes()['opportunity_changes'] if column != 'change_id' -%}
        {{ column }},
        {% endfor -%}
        change_id
    from single_changes
)

select * from opportunity_changes
