with source as (
    {{ raw_rows('salesforce', 'currency_type') }}
),

renamed as (
    select
        -- the currency
        iso_code as currency_code,
        conversion_rate,
        is_corporate,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
