-- Every period a metric is reported for. The running period ends, for trailing windows, on the as-
-- of day.
with calendar as (select * from {{ ref('int_calendar_days') }}),

known_days as (
    select *
    from calendar
    where calendar_day <= {{ as_of_date() }}
),

periods as (
    select
        'day' as period_type,
        calendar_day as period_start,
        calendar_day as period_end
    from known_days
    where calendar_day > {{ as_of_date() }} - 14
    union all
    select distinct
        'week' as period_type,
        week_start as period_start,
        week_start + 6 as period_end
    from known_days
    union all
    select distinct
        'month' as period_type,
        month_start as period_start,
        {{ month_start('month_start', shift=1) }} - 1 as period_end
    from known_days
    union all
    select distinct
        'quarter' as period_type,
        quarter_start as period_start,
        quarter_end as period_end
    from known_days
),

calendar_periods as (
    select
        period_type,
        period_start,
        row_number() over (order by period_type, period_start) as period_number,
        period_end,
        least(period_end, {{ as_of_date() }}) as window_end,
        period_end <= {{ as_of_date() }} as is_complete
    from periods
)

select * from calendar_periods
