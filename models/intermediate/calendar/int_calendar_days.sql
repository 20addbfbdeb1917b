-- Every day from the fiscal quarter of the first deal, activity or lead to the end of the fiscal
-- quarter of the as-of day. Where the CRM's close dates rule, deals can be booked before the first
-- one was created. Long, because the first day is looked for in every kind of record and the fiscal
-- calendar is reckoned here.
-- depends_on: {{ ref('int_closings') }}
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

{% if var('booking_date') == 'crm_close_date' -%}
closings as (select * from {{ ref('int_closings') }}),

{% endif -%}
holidays as (select * from {{ ref('stg_planning__holidays') }}),

beginnings as (
    select {{ business_day('created_at') }} as began_on
    from opportunities
    union all
    select {{ business_day('booked_at') }} as began_on
    from activities
    union all
    select {{ business_day('created_at') }} as began_on
    from leads
    {%- if var('booking_date') == 'crm_close_date' %}
    union all
    select booked_on as began_on
    from closings
    {%- endif %}
),

bounds as (
    select
        {{ fiscal_quarter_start(
            'coalesce(min(began_on), ' ~ as_of_date() ~ ')'
        ) }} as first_day,
        {{ fiscal_quarter_start(as_of_date(), shift=1) }} - 1 as last_day
    from beginnings
),

days as (
    {{ date_spine('(select first_day from bounds)', '(select last_day from bounds)') }}
),

fiscal as (
    select
        calendar_day,
        {{ week_start('calendar_day') }} as week_start,
        {{ month_start('calendar_day') }} as month_start,
        {{ fiscal_quarter_start('calendar_day') }} as quarter_start,
        {{ fiscal_quarter_start('calendar_day', shift=1) }} - 1 as quarter_end,
        cast(
            1 + floor(
                (extract(month from calendar_day) + {{ 12 - var('fiscal_year_start_month') | int }})
                % 12 / 3.0
            ) as integer
        ) as fiscal_quarter,
        -- The fiscal year carries the number of the calendar year it ends in.
        cast(
            extract(year from calendar_day)
            + case
                when
                    {{ var('fiscal_year_start_month') | int }} > 1
                    and extract(month from calendar_day)
                    >= {{ var('fiscal_year_start_month') | int }}
                    then 1
                else 0
            end as integer
        ) as fiscal_year,
        {{ week_day('calendar_day') }} < 5 as is_weekday
    from days
),

counted as (
    select
        fiscal.*,
        {{ days_between('quarter_start', 'calendar_day') }} as days_since_start
    from fiscal
),

closed_days as (
    select distinct holiday_on
    from holidays
),

calendar as (
    select
        fiscal.*,
        cast(fiscal.days_since_start + 1 as integer) as day_of_quarter,
        cast({{ days_between('fiscal.calendar_day', 'fiscal.quarter_end') }} as integer)
            as days_to_quarter_end,
        cast(1 + floor(fiscal.days_since_start / 7.0) as integer) as week_of_quarter,
        fiscal.is_weekday and closed_days.holiday_on is null as is_business_day
    from counted as fiscal
    left join closed_days
        on fiscal.calendar_day = closed_days.holiday_on
)

select * from calendar
