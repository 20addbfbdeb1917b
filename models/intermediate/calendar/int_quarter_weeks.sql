-- Weeks of the quarter count from its first day, not from Mondays, so that quarters can be
-- compared; the last one may be a single day.
with calendar as (select * from {{ ref('int_calendar_days') }}),

weeks as (
    select
        quarter_start,
        quarter_end,
        week_of_quarter,
        max(calendar_day) as week_end
    from calendar
    group by 1, 2, 3
),

quarter_weeks as (
    select
        *,
        quarter_end <= {{ as_of_date() }} as is_quarter_complete
    from weeks
    where week_end <= {{ as_of_date() }}
)

select * from quarter_weeks
