-- Every change record of every CRM in one vocabulary. A null column means "this record does not
-- say"; a value that was set to nothing is the sentinel of its type (macros/sentinels.sql), so that
-- carrying forward can tell the two apart. Long, because each kind of record is one branch.
with snapshots as (select * from {{ ref('stg_salesforce__opportunity_history') }}),

field_changes as (select * from {{ ref('stg_salesforce__opportunity_field_history') }}),

stage_changes as (select * from {{ ref('stg_csv_export__stage_changes') }}),

home as (select * from {{ ref('int_home_currency') }}),

category_labels as (select * from {{ ref('int_forecast_category_labels') }}),

-- The label of a forecast category as the API value it stands for.
worded_field_changes as (
    select
        field_changes.opportunity_id,
        field_changes.changed_at,
        field_changes.loader_sequence,
        field_changes.change_id,
        field_changes.field_name,
        coalesce(old_labels.forecast_category, field_changes.old_value) as old_value,
        coalesce(new_labels.forecast_category, field_changes.new_value) as new_value
    from field_changes
    left join category_labels as old_labels
        on {{ is_category_label('field_changes.field_name') }}
        and lower(field_changes.old_value) = old_labels.category_label
    left join category_labels as new_labels
        on {{ is_category_label('field_changes.field_name') }}
        and lower(field_changes.new_value) = new_labels.category_label
    where not field_changes.is_deleted
),

named_field_changes as (
    select
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        {{ logged_field('field_name') }} as field,
        old_value,
        new_value
    from worded_field_changes
),

salesforce_snapshots as (
    select
        'salesforce' as source,
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        {{ snapshot_value('stage_name', 'stage_name') }} as stage_name,
        {{ snapshot_value(
            'amount',
            told_or_nothing('amount', no_amount(), 'salesforce', 'opportunity_history'),
            type='decimal(18, 2)'
        ) }} as amount,
        {{ snapshot_value(
            'close_date',
            told_or_nothing('close_date', no_date(), 'salesforce', 'opportunity_history'),
            type='date'
        ) }} as close_date,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        {{ snapshot_value(
            'forecast_category', normalised_forecast_category('forecast_category')
        ) }} as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        {{ snapshot_value('pipeline', 'pipeline') }} as pipeline,
        {{ snapshot_value('currency_code', 'upper(currency_code)') }} as currency_code,
        {{ snapshot_value('segment_value', 'segment_value') }} as segment_value,
        cast(null as {{ dbt.type_string() }}) as loss_reason,
        {{ no_old_values() }}
    from snapshots
    where not is_deleted
),

salesforce_field_changes as (
    select
        'salesforce' as source,
        named_field_changes.opportunity_id,
        named_field_changes.changed_at,
        named_field_changes.loader_sequence,
        named_field_changes.change_id,
        {{ field_values('new_value', 'home.unstated_currency') }},
        {{ field_values('old_value', 'home.unstated_currency', prefix='old_') }}
    from named_field_changes
    cross join home
    -- A change of owner is logged twice, with ids and with names; only the ids lead to a rep.
    where
        named_field_changes.field is not null
        and (
            named_field_changes.field <> 'rep_id'
            or coalesce(named_field_changes.new_value, named_field_changes.old_value) like '005%'
        )
),

csv_stage_changes as (
    select
        'csv_export' as source,
        {{ source_id('csv_export', 'opportunity_id') }} as opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        stage_name,
        amount,
        close_date,
        {{ source_id('csv_export', 'rep_id') }} as rep_id,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        pipeline,
        upper(currency_code) as currency_code,
        segment_value,
        cast(null as {{ dbt.type_string() }}) as loss_reason,
        {{ no_old_values() }}
    from stage_changes
    where not is_deleted
),

unioned as (
    select * from salesforce_snapshots
    union all
    select * from salesforce_field_changes
    union all
    select * from csv_stage_changes
)

select * from unioned
