with source as (
    {{ raw_rows('planning', 'spend') }}
),

renamed as (
    select
        month as month_start,
        segment,
        amount,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
