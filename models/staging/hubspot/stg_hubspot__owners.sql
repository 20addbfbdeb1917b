with source as (
    {{ raw_rows('hubspot', 'owner') }}
),

renamed as (
    select
        owner_id as rep_id,
        first_name,
        last_name,
        email,
        active_user_id,
        created_at,
        last_modified_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
