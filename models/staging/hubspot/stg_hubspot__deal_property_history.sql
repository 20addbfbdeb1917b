with source as (
    {{ raw_rows('hubspot', 'deal_property_history') }}
),

renamed as (
    select
        deal_id as opportunity_id,
        property as property_name,
        value as property_value,
        changed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
