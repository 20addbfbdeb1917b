with source as (
    {{ raw_rows('hubspot', 'deal_pipeline_stage') }}
),

renamed as (
    select
        stage_id,
        pipeline_id,
        label as stage_label,
        display_order,
        probability,
        is_closed,
        is_closed_won as is_won,
        last_modified_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
