-- The days that count in each window of each period; facts join it on the day alone.
with windows as (select * from {{ ref('int_windows') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

window_days as (
    select
        windows.window_id,
        windows.period_type,
        windows.period_start,
        windows.window_number,
        windows.first_day,
        calendar.calendar_day
    from windows
    inner join calendar
        on windows.first_day <= calendar.calendar_day
        and windows.last_day >= calendar.calendar_day
)

select * from window_days
