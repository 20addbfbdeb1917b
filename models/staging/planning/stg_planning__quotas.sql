with source as (
    {{ raw_rows('planning', 'quotas') }}
),

renamed as (
    select
        rep as rep_id,
        month as month_start,
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
