-- The e-mail address is read by the contract and goes no further than this.
with source as (
    {{ raw_rows('salesforce', 'user') }}
),

renamed as (
    select
        -- ids
        id as rep_id,
        manager_id,
        user_role_id as role_id,

        -- who it is
        name as rep_name,
        title,
        user_type,
        is_active,
        time_zone_sid_key as time_zone,

        -- instants
        created_date as created_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
