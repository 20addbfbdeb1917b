with source as (
    {{ raw_rows('csv_export', 'opportunities') }}
),

renamed as (
    select
        -- ids
        id as opportunity_id,
        account_id,
        merged_into_id,
        owner_id as rep_id,

        -- what it is
        name as opportunity_name,
        stage as stage_name,
        pipeline,
        forecast_category,
        type as opportunity_type,
        lead_source,
        next_step,
        loss_reason,
        segment as segment_value,
        is_closed,
        is_won,
        {{ percent_as_share('probability', may_be_share=true) }} as crm_probability,

        -- money
        amount,
        currency as currency_code,

        -- days and instants
        close_date,
        created_date as created_at,
        qualified_at,
        last_activity_date as last_activity_on,
        last_modified_at,

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
