with source as (
    {{ raw_rows('salesforce', 'task') }}
),

renamed as (
    select
        -- ids
        id as activity_id,
        owner_id as rep_id,
        who_id,
        what_id,
        account_id,
        recurrence_activity_id as series_id,

        -- what it is
        status,
        is_closed,
        type as task_type,
        task_subtype,
        subject,
        call_type,
        call_duration_in_seconds as call_duration_seconds,
        call_disposition,
        is_recurrence,

        -- days and instants
        created_date as created_at,
        activity_date as due_on,
        completed_date_time as completed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
