with source as (
    {{ raw_rows('planning', 'interventions') }}
),

renamed as (
    select
        breach_id,
        taken_by,
        act,
        taken_at,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
