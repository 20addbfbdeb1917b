-- The days that count in each window of each period; facts join it on the day alone. A window's
-- number stands for its three names where many rows are summed. Long, because each kind of window
-- is one branch.
with periods as (select * from {{ ref('int_calendar_periods') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

bounds as (
    select
        period_type,
        period_start,
        'period' as window_id,
        period_start as first_day,
        window_end as last_day
    from periods
    union all
    -- A plan counts for the whole period, also while it is running.
    select
        period_type,
        period_start,
        'whole' as window_id,
        period_start as first_day,
        period_end as last_day
    from periods
    union all
    -- What there was when the period began.
    select
        period_type,
        period_start,
        'start' as window_id,
        period_start as first_day,
        period_start as last_day
    from periods
    union all
    select
        period_type,
        period_start,
        'point' as window_id,
        window_end as first_day,
        window_end as last_day
    from periods
    {% for days in [28, 90, 365] -%}
    union all
    select
        period_type,
        period_start,
        't{{ days }}' as window_id,
        window_end - {{ days - 1 }} as first_day,
        window_end as last_day
    from periods
    {% endfor -%}
    union all
    select
        period_type,
        period_start,
        'p90' as window_id,
        window_end - 179 as first_day,
        window_end - 90 as last_day
    from periods
    union all
    -- The plan of the month or quarter the window's end lies in.
    select
        period_type,
        period_start,
        'month' as window_id,
        {{ month_start('window_end') }} as first_day,
        {{ month_start('window_end', shift=1) }} - 1 as last_day
    from periods
    union all
    select
        period_type,
        period_start,
        'quarter' as window_id,
        {{ fiscal_quarter_start('window_end') }} as first_day,
        {{ fiscal_quarter_start('window_end', shift=1) }} - 1 as last_day
    from periods
),

window_days as (
    select
        bounds.window_id,
        bounds.period_type,
        bounds.period_start,
        dense_rank() over (
            order by bounds.window_id, bounds.period_type, bounds.period_start
        ) as window_number,
        bounds.first_day,
        calendar.calendar_day
    from bounds
    inner join calendar
        on bounds.first_day <= calendar.calendar_day and bounds.last_day >= calendar.calendar_day
)

select * from window_days
