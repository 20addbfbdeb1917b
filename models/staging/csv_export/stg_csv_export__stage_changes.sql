with source as (
    {{ raw_rows('csv_export', 'stage_changes') }}
),

renamed as (
    select
        -- ids
        id as change_id,
        opportunity_id,
        owner_id as rep_id,

        -- the state after the change
        stage as stage_name,
        pipeline,
        segment as segment_value,
        amount,
        currency as currency_code,
        close_date,

        -- instants
        changed_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
