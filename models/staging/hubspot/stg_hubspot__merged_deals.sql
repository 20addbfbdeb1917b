with source as (
    {{ raw_rows('hubspot', 'merged_deal') }}
),

renamed as (
    select
        merged_deal_id as merged_id,
        deal_id as opportunity_id,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
