with source as (
    {{ raw_rows('planning', 'business_hours') }}
),

renamed as (
    select
        weekday,
        open_time as opens_at,
        close_time as closes_at,
        time_zone,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
