with source as ({{ raw_rows('planning', 'gross_margin') }}),

renamed as (
    select
        cast(date_trunc('month', month) as date) as month_start,
        segment,
        margin as gross_margin,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
