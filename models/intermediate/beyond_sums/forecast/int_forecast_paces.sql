-- What the pace of the last thirteen weeks makes of the rest of the quarter, beside what deals and
-- deals to be created promise: the forecast is the mean of the two, and each deal's part is moved
-- by the same factor, at most to a half or twice. Deals that only fill the pipeline look like
-- others until they are given up; the pace does not see them. Long, because what is promised and
-- what was won are summed apart first.
with days as (select * from {{ ref('int_forecast_days') }}),

open_deals as (select * from {{ ref('int_forecast_open') }}),

yet_to_come as (select * from {{ ref('int_forecast_yet_to_come') }}),

closings as (select * from {{ ref('int_closing_events') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

weekdays as (select * from {{ ref('int_forecast_weekdays') }}),

-- Days of wins that are left, seven a week: the last of a quarter may be a weekend. Of the next
-- quarter the whole is still to come.
to_come as (
    select
        days.forecast_on,
        days.quarters_ahead,
        case
            when days.quarters_ahead = 0
                then 7 * cast(sum(cast(weekdays.week_share as decimal(18, 12))) as double)
            else {{ days_between('min(days.quarter_start)', 'min(days.quarter_end)') }} + 1
        end as days
    from days
    left join calendar
        on days.forecast_on < calendar.calendar_day
        and days.quarter_end >= calendar.calendar_day
    left join weekdays
        on days.learnt_until = weekdays.learnt_until
        and {{ week_day('calendar.calendar_day') }} = weekdays.week_day
    group by 1, 2
),

parts as (
    select
        forecast_on,
        quarters_ahead,
        segment,
        coalesce(expected_amount, 0) as amount
    from open_deals
    union all
    select
        forecast_on,
        quarters_ahead,
        segment,
        {{ fixed('amount') }} as amount
    from yet_to_come
),

promised as (
    select
        forecast_on,
        quarters_ahead,
        segment,
        sum(amount) as amount
    from parts
    group by 1, 2, 3
),

wins as (
    select
        event_on,
        segment,
        sum(won_amount) as won_amount
    from closings
    where won_amount is not null
    group by 1, 2
),

won as (
    select
        days.forecast_on,
        days.quarters_ahead,
        wins.segment,
        sum(wins.won_amount) as won_amount
    from days
    inner join wins
        on days.forecast_on >= wins.event_on
        and days.forecast_on - {{ pace_days() }} < wins.event_on
    group by 1, 2, 3
),

paces as (
    select
        promised.forecast_on,
        promised.quarters_ahead,
        promised.segment,
        case
            when promised.amount > 0
                then
                    least(
                        2,
                        greatest(
                            0.5,
                            0.5 + 0.5 * coalesce(cast(won.won_amount as double), 0)
                            * coalesce(to_come.days, 0) / {{ pace_days() }}.0
                            / nullif(cast(promised.amount as double), 0)
                        )
                    )
            else 1
        end as pace_factor
    from promised
    left join to_come
        on promised.forecast_on = to_come.forecast_on
        and promised.quarters_ahead = to_come.quarters_ahead
    left join won
        on promised.forecast_on = won.forecast_on
        and promised.quarters_ahead = won.quarters_ahead
        and promised.segment = won.segment
)

select * from paces
