with source as (
    {{ raw_rows('hubspot', 'deal_pipeline') }}
),

renamed as (
    select
        pipeline_id,
        label as pipeline_label,
        display_order,
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
