with source as (
    {{ raw_rows('hubspot', 'deal') }}
),

renamed as (
    select
        deal_id as opportunity_id,
        name as opportunity_name,
        stage_id as stage_name,
        pipeline_id as pipeline,
        owner_id as rep_id,
        amount,
        currency as currency_code,
        close_date,
        created_at,
        last_modified_at,
        archived_at,
        deal_type as opportunity_type,
        loss_reason,
        forecast_category,
        next_step,
        is_closed,
        is_won,
        probability as crm_probability,
        lead_source,
        segment as segment_value,
        merged_ids,
        last_activity_date as last_activity_on,
        stage_since,
        amount_since,
        close_date_since,
        owner_since,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
