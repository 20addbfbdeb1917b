with source as (
    {{ raw_rows('ledger', 'known_attributes') }}
),

renamed as (
    select
        record_kind,
        record_id,
        attribute as attribute_name,
        value as attribute_value,
        known_on,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
