with source as (
    {{ raw_rows('csv_export', 'activities') }}
),

renamed as (
    select
        -- ids
        id as activity_id,
        owner_id as rep_id,
        opportunity_id,
        account_id,
        lead_id,
        contact_id,

        -- what it is
        type as activity_type,
        subtype,
        disposition,
        subject,
        direction,
        outcome,
        status,
        is_closed,
        is_recurrence,

        -- days and instants
        created_date as created_at,
        started_at,
        due_date as due_on,
        completed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
