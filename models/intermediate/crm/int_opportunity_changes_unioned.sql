-- Every change record of every CRM in one vocabulary. A null column means "this record does not say"; a value that
-- was set to nothing is the sentinel of its type (macros/sentinels.sql), so that carrying forward can tell the two.
with snapshots as (select * from {{ ref('stg_salesforce__opportunity_history') }}),

field_changes as (select * from {{ ref('stg_salesforce__opportunity_field_history') }}),

stage_changes as (select * from {{ ref('stg_csv_export__stage_changes') }}),

salesforce_snapshots as (
    select
        'salesforce' as source,
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        stage_name,
        coalesce(amount, {{ no_amount() }}) as amount,
        coalesce(close_date, {{ no_date() }}) as close_date,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        {{ normalised_forecast_category('forecast_category') }} as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        cast(null as {{ dbt.type_string() }}) as old_stage_name,
        cast(null as decimal(18, 2)) as old_amount,
        cast(null as date) as old_close_date,
        cast(null as {{ dbt.type_string() }}) as old_rep_id,
        cast(null as {{ dbt.type_string() }}) as old_forecast_category,
        cast(null as {{ dbt.type_string() }}) as old_opportunity_type
    from snapshots
    where not is_deleted
),

-- A change of owner is logged twice, once with ids and once with names; only ids lead to a rep.
relevant_field_changes as (
    select
        *,
        lower(replace(field_name, '_', '')) as field
    from field_changes
    where not is_deleted
        and (
            lower(replace(field_name, '_', '')) not in ('owner', 'ownerid')
            or coalesce(new_value, old_value) like '005%'
        )
),

salesforce_field_changes as (
    select
        'salesforce' as source,
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        changed_at,
        loader_sequence,
        change_id,
        case when field = 'stagename' then new_value end as stage_name,
        case when field = 'amount' then coalesce({{ safe_cast('new_value', 'decimal(18,2)') }}, {{ no_amount() }}) end
            as amount,
        case when field = 'closedate' then coalesce({{ safe_cast('new_value', 'date') }}, {{ no_date() }}) end
            as close_date,
        case
            when field in ('owner', 'ownerid')
                then coalesce({{ source_id('salesforce', 'new_value') }}, 'unassigned')
        end as rep_id,
        case
            when field in ('forecastcategoryname', 'forecastcategory')
                then coalesce({{ normalised_forecast_category('new_value') }}, {{ no_text() }})
        end as forecast_category,
        case when field = 'type' then coalesce(new_value, {{ no_text() }}) end as opportunity_type,
        case when field = 'stagename' then old_value end as old_stage_name,
        case when field = 'amount' then coalesce({{ safe_cast('old_value', 'decimal(18,2)') }}, {{ no_amount() }}) end
            as old_amount,
        case when field = 'closedate' then coalesce({{ safe_cast('old_value', 'date') }}, {{ no_date() }}) end
            as old_close_date,
        case
            when field in ('owner', 'ownerid')
                then coalesce({{ source_id('salesforce', 'old_value') }}, 'unassigned')
        end as old_rep_id,
        case
            when field in ('forecastcategoryname', 'forecastcategory')
                then coalesce({{ normalised_forecast_category('old_value') }}, {{ no_text() }})
        end as old_forecast_category,
        case when field = 'type' then coalesce(old_value, {{ no_text() }}) end as old_opportunity_type
    from relevant_field_changes
    where field in (
            'stagename', 'amount', 'closedate', 'owner', 'ownerid',
            'forecastcategoryname', 'forecastcategory', 'type'
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
        cast(null as {{ dbt.type_string() }}) as old_stage_name,
        cast(null as decimal(18, 2)) as old_amount,
        cast(null as date) as old_close_date,
        cast(null as {{ dbt.type_string() }}) as old_rep_id,
        cast(null as {{ dbt.type_string() }}) as old_forecast_category,
        cast(null as {{ dbt.type_string() }}) as old_opportunity_type
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
