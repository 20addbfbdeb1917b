-- Every change record of every CRM in one vocabulary. A null column means "this record does not
-- say"; a value that was set to nothing is the sentinel of its type (macros/sentinels.sql), so that
-- carrying forward can tell the two apart. Long, because each kind of record is one branch.
with snapshots as (select * from {{ ref('stg_salesforce__opportunity_history') }}),

field_changes as (select * from {{ ref('stg_salesforce__opportunity_field_history') }}),

stage_changes as (select * from {{ ref('stg_csv_export__stage_changes') }}),

home as (select * from {{ ref('int_home_currency') }}),

category_labels as (select * from {{ ref('int_forecast_category_labels') }}),

remembered as (
    select *
    from {{ ref('int_attributes_remembered') }}
    where record_kind = 'opportunity' and state_number > 1
),

attributes as (select * from {{ ref('int_attributes_stated') }}),

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
        {{ no_old_values() }},
        false as is_remembered
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
        {{ field_values('old_value', 'home.unstated_currency', prefix='old_') }},
        false as is_remembered
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
        {{ no_old_values() }},
        false as is_remembered
    from stage_changes
    where not is_deleted
),

-- Fields the CRM's own log is silent about, as earlier builds saw them change.
remembered_changes as (
    select
        attributes.source,
        remembered.record_id as opportunity_id,
        remembered.valid_from as changed_at,
        cast(null as bigint) as loader_sequence,
        concat_ws(
            ' ',
            'known',
            remembered.record_id,
            remembered.attribute_name,
            cast(remembered.state_number as {{ dbt.type_string() }})
        ) as change_id,
        case remembered.attribute_name
            when 'segment' then 'segment_value'
            when 'loss_reason' then 'loss_reason'
        end as field,
        remembered.value_before as old_value,
        remembered.attribute_value as new_value
    from remembered
    inner join attributes
        on remembered.record_kind = attributes.record_kind
        and remembered.record_id = attributes.record_id
        and remembered.attribute_name = attributes.attribute_name
),

told as (
    select
        opportunity_id,
        field
    from named_field_changes
    where field is not null
    union
    select
        opportunity_id,
        'segment_value' as field
    from salesforce_snapshots
    where segment_value is not null
    union
    select
        opportunity_id,
        'segment_value' as field
    from csv_stage_changes
    where segment_value is not null
),

untold_changes as (
    select remembered_changes.*
    from remembered_changes
    anti join told
        on remembered_changes.opportunity_id = told.opportunity_id
        and remembered_changes.field = told.field
),

remembered_values as (
    select
        source,
        opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        {{ field_values('new_value', no_text()) }},
        {{ field_values('old_value', no_text(), prefix='old_') }},
        true as is_remembered
    from untold_changes
),

unioned as (
    select * from salesforce_snapshots
    union all
    select * from salesforce_field_changes
    union all
    select * from csv_stage_changes
    union all
    select * from remembered_values
)

select * from unioned
