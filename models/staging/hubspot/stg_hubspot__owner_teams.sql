with source as (
    {{ raw_rows('hubspot', 'owner_team') }}
),

renamed as (
    select
        owner_id as rep_id,
        team_id,
        team_name,
        is_primary,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
