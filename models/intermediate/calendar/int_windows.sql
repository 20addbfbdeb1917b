-- The windows a metric may look through, one for each period, and their numbers: a number stands
-- for the three names where many rows are summed. Long, because each kind of window is one branch.
with periods as (select * from {{ ref('int_calendar_periods') }}),

bounds as (
    select
        period_type,
        period_start,
        period_number,
        'period' as window_id,
        period_start as first_day,
        window_end as last_day
    from periods
    union all
    -- A plan counts for the whole period, also while it is running.
    select
        period_type,
        period_start,
        period_number,
        'whole' as window_id,
        period_start as first_day,
        period_end as last_day
    from periods
    union all
    -- What there was when the period began.
    select
        period_type,
        period_start,
        period_number,
        'start' as window_id,
        period_start as first_day,
        period_start as last_day
    from periods
    union all
    select
        period_type,
        period_start,
        period_number,
        'point' as window_id,
        window_end as first_day,
        window_end as last_day
    from periods
    {% for days in [28, 90, 365] -%}
    union all
    select
        period_type,
        period_start,
        period_number,
        't{{ days }}' as window_id,
        window_end - {{ days - 1 }} as first_day,
        window_end as last_day
    from periods
    {% endfor -%}
    union all
    select
        period_type,
        period_start,
        period_number,
        'p90' as window_id,
        window_end - 179 as first_day,
        window_end - 90 as last_day
    from periods
    union all
    -- The plan of the month or quarter the window's end lies in.
    select
        period_type,
        period_start,
        period_number,
        'month' as window_id,
        {{ month_start('window_end') }} as first_day,
        {{ month_start('window_end', shift=1) }} - 1 as last_day
    from periods
    union all
    select
        period_type,
        period_start,
        period_number,
        'quarter' as window_id,
        {{ fiscal_quarter_start('window_end') }} as first_day,
        {{ fiscal_quarter_start('window_end', shift=1) }} - 1 as last_day
    from periods
),

windows as (
    select
        row_number() over (order by window_id, period_type, period_start) as window_number,
        window_id,
        period_type,
        period_start,
        period_number,
        first_day,
        last_day
    from bounds
)

select * from windows
