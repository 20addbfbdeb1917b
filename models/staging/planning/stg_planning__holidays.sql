with source as (
    {{ raw_rows('planning', 'holidays') }}
),

renamed as (
    select
        holiday_date as holiday_on,
        name,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
