with source as (
    {{ raw_rows('planning', 'call_scores') }}
),

renamed as (
    select
        activity_id,
        rep as rep_id,
        score,
        scored_at,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
