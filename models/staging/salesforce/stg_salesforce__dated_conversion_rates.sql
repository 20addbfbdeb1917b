with source as (
    {{ raw_rows('salesforce', 'dated_conversion_rate') }}
),

renamed as (
    select
        -- the rate
        iso_code as currency_code,
        conversion_rate,

        -- days
        start_date as starts_on,
        next_start_date as ends_on,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
