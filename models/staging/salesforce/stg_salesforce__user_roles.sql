with source as (
    {{ raw_rows('salesforce', 'user_role') }}
),

renamed as (
    select
        -- ids
        id as role_id,
        parent_role_id,

        -- what it is
        name as role_name,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
