with source as (
    {{ raw_rows('salesforce', 'event') }}
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
        type as event_type,
        subject,
        is_child,
        is_group_event,
        group_event_type,
        is_recurrence,
        outcome,

        -- days and instants
        created_date as created_at,
        -- An event of whole days takes place on its day; its start shows the midnight of UTC, which
        -- is the evening before west of it, or the midnight of the place.
        case
            when is_all_day_event
                then
                    {{ business_midnight(
                        "coalesce(activity_date, case when start_date_time"
                        ~ " = date_trunc('day', start_date_time)"
                        ~ " then cast(start_date_time as date) else "
                        ~ business_day('start_date_time') ~ " end, cast(activity_date_time as date))"
                    ) }}
            else coalesce(start_date_time, activity_date_time)
        end as started_at,
        activity_date as takes_place_on,
        end_date_time as ended_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
