with source as (
    {{ raw_rows('salesforce', 'account_field_history') }}
),

renamed as (
    select
        -- ids
        id as change_id,
        account_id,

        -- the change
        field as field_name,
        old_value,
        new_value,

        -- instants
        created_date as changed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
