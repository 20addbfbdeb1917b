with calendar as (select * from {{ ref('int_calendar_days') }}),

dates as (
    select
        calendar_day as date_day,
        week_start,
        month_start,
        quarter_start,
        quarter_end,
        fiscal_year,
        fiscal_quarter,
        concat(
            'FY',
            cast(fiscal_year as {{ dbt.type_string() }}),
            ' Q',
            cast(fiscal_quarter as {{ dbt.type_string() }})
        ) as fiscal_quarter_name,
        day_of_quarter,
        days_to_quarter_end,
        week_of_quarter,
        is_business_day
    from calendar
)

select * from dates
order by date_day
