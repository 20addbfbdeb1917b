-- The last day that is known of each period a page may name: what stands behind a value ends there.
with built as (
    select max(as_of_date) as as_of_date
    from marts.data_quality
),

days as (
    select
        calendar.date_day,
        calendar.week_start,
        calendar.month_start,
        calendar.quarter_start,
        built.as_of_date
    from marts.dim_dates as calendar
    cross join built
),

periods as (
    select
        'week' as period_type,
        week_start as period_start,
        date_day,
        as_of_date
    from days
    union all
    select
        'month' as period_type,
        month_start as period_start,
        date_day,
        as_of_date
    from days
    union all
    select
        'quarter' as period_type,
        quarter_start as period_start,
        date_day,
        as_of_date
    from days
)

select
    period_type,
    period_start,
    max(date_day) filter (where date_day <= as_of_date) as last_day,
    max(date_day) <= max(as_of_date) as is_complete
from periods
group by period_type, period_start
having min(date_day) <= max(as_of_date)
order by period_type, period_start
