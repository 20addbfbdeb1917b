with source as (
    {{ raw_rows('hubspot', 'team') }}
),

renamed as (
    select
        team_id,
        name as team_name,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
