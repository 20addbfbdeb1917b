with source as (
    {{ raw_rows('planning', 'spend') }}
),

renamed as (
    select
        month as month_start,
        segment,
        amount,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
