with source as (
    {{ raw_rows('csv_export', 'leads') }}
),

renamed as (
    select
        -- ids
        id as lead_id,
        owner_id as rep_id,
        converted_opportunity_id,
        converted_contact_id,
        converted_account_id,
        merged_into_id,

        -- what it is
        status,
        lead_source,
        rating,
        is_converted,

        -- days and instants
        created_date as created_at,
        converted_date as converted_on,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
