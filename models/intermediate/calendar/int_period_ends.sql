-- Where each day falls among the days that periods end on: what began on a day and ended on another
-- stood at the ends from the first one's number to before the second one's.
with periods as (select * from {{ ref('int_calendar_periods') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

ends as (
    select
        window_end,
        row_number() over (order by window_end) as end_number
    from (select distinct window_end from periods) as distinct_ends
),

period_ends as (
    select
        calendar.calendar_day,
        calendar.quarter_start,
        ends.window_end is not null as is_period_end,
        cast(
            min(ends.end_number) over (
                order by calendar.calendar_day rows between current row and unbounded following
            ) as integer
        ) as end_number
    from calendar
    left join ends on calendar.calendar_day = ends.window_end
    where calendar.calendar_day <= {{ as_of_date() }}
)

select * from period_ends
