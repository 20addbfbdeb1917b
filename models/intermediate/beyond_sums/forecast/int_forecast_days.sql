-- The days a forecast stands on: the ends of all periods and of the weeks of each quarter. On each
-- of them it speaks of the running quarter and of the next.
with periods as (select * from {{ ref('int_calendar_periods') }}),

weeks as (select * from {{ ref('int_quarter_weeks') }}),

days as (
    select window_end as forecast_on
    from periods
    union
    select week_end as forecast_on
    from weeks
),

quarters as (
    {% for quarters_ahead in [0, 1] -%}
    {% if not loop.first %}union all{% endif %}
    select
        forecast_on,
        {{ quarters_ahead }} as quarters_ahead,
        {{ fiscal_quarter_start('forecast_on', shift=quarters_ahead) }} as quarter_start,
        {{ fiscal_quarter_start('forecast_on', shift=quarters_ahead + 1) }} - 1 as quarter_end
    from days
    {% endfor -%}
),

forecast_days as (
    select
        forecast_on,
        quarters_ahead,
        quarter_start,
        quarter_end,
        cast({{ days_between('forecast_on', 'quarter_end') }} as integer) as days_to_quarter_end,
        -- The Sunday with which the last whole week ended.
        {{ week_start('(forecast_on + 1)') }} - 1 as learnt_until
    from quarters
)

select * from forecast_days
