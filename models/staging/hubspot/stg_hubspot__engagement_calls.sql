with source as (
    {{ raw_rows('hubspot', 'engagement_call') }}
),

renamed as (
    select
        engagement_id,
        owner_id as rep_id,
        created_at,
        happened_at,
        last_modified_at,
        disposition,
        direction,
        status,
        activity_type,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
