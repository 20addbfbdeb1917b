with source as (
    {{ raw_rows('hubspot', 'deal_stage') }}
),

renamed as (
    select
        deal_id as opportunity_id,
        stage_id as stage_name,
        entered_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
