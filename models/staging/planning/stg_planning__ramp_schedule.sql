with source as (
    {{ raw_rows('planning', 'ramp_schedule') }}
),

renamed as (
    select
        segment,
        month as tenure_month,
        share,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
