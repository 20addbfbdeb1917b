-- When the team answers: the open stretch of each day, and the open time of all days before it, so
-- that the business time between two instants is one subtraction. Empty without that input. Long,
-- because the clock of the hours is another one than that of the business days.
with hours as (
    select *
    from {{ ref('stg_planning__business_hours') }}
    where opens_minute < closes_minute
),

holidays as (select * from {{ ref('stg_planning__holidays') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

-- One clock for all: an instant lies on one day. The first weekday that is listed names it.
clocks as (
    select min_by(coalesce(time_zone, '{{ business_timezone() }}'), weekday) as time_zone
    from hours
),

bounds as (
    select
        min(calendar_day) - 1 as first_day,
        {{ as_of_date() }} + 1 as last_day
    from calendar
),

-- A day more on each side: elsewhere it may be yesterday or tomorrow already.
days as (
    {{ date_spine('(select first_day from bounds)', '(select last_day from bounds)') }}
),

days_off as (
    select distinct holiday_on
    from holidays
),

open_days as (
    select
        days.calendar_day,
        clocks.time_zone,
        case
            when days_off.holiday_on is null
                then {{ local_instant(
                    'days.calendar_day', 'hours.opens_minute', 'clocks.time_zone'
                ) }}
        end as opens_at,
        case
            when days_off.holiday_on is null
                then {{ local_instant(
                    'days.calendar_day', 'hours.closes_minute', 'clocks.time_zone'
                ) }}
        end as closes_at
    from days
    inner join clocks on clocks.time_zone is not null
    left join hours
        on {{ week_day('days.calendar_day') }} + 1 = hours.weekday
    left join days_off on days.calendar_day = days_off.holiday_on
),

measured as (
    select
        *,
        coalesce({{ micros_between('opens_at', 'closes_at') }}, 0) as open_micros
    from open_days
),

business_days as (
    select
        calendar_day,
        time_zone,
        opens_at,
        closes_at,
        open_micros,
        cast(
            coalesce(
                sum(open_micros) over (
                    order by calendar_day rows between unbounded preceding and 1 preceding
                ),
                0
            ) as bigint
        ) as open_micros_before
    from measured
)

select * from business_days
