with source as (
    {{ raw_rows('salesforce', 'opportunity') }}
),

renamed as (
    select
        -- ids
        id as opportunity_id,
        account_id,
        owner_id as rep_id,
        campaign_id,

        -- what it is
        name as opportunity_name,
        stage_name,
        record_type_id as pipeline,
        coalesce(forecast_category_name, forecast_category) as forecast_category,
        type as opportunity_type,
        lead_source,
        next_step,
        loss_reason,
        segment as segment_value,
        is_closed,
        is_won,
        {{ percent_as_share('probability') }} as crm_probability,

        -- money
        amount,
        currency_iso_code as currency_code,

        -- days and instants
        close_date,
        created_date as created_at,
        last_activity_date as last_activity_on,
        coalesce(last_modified_date, system_modstamp) as last_modified_at,

        -- how the row came here
        is_deleted,
        row_copies,
        {{ bad_values_and({
            'probability': 'probability not between 0 and 100',
        }) | indent(8) }} as bad_values,
        loader_sequence
    from source
)

select * from renamed
