with source as (
    {{ raw_rows('salesforce', 'opportunity_history') }}
),

renamed as (
    select
        -- ids
        id as change_id,
        opportunity_id,

        -- the state after the change
        stage_name,
        record_type_id as pipeline,
        segment as segment_value,
        amount,
        currency_iso_code as currency_code,
        close_date,
        {{ percent_as_share('probability') }} as crm_probability,
        forecast_category,

        -- instants
        created_date as changed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        {{ bad_values_and({
            'probability': 'probability not between 0 and 100',
        }) | indent(8) }} as bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
