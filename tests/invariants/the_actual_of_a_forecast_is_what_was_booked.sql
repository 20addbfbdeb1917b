-- Whatever was forecast, and by whom: the outcome is the closed won of the quarter as metric_values
-- has it, in every row, and no seller who won anything is left out.
with forecasts as (
    select *
    from {{ ref('forecast_accuracy') }}
    where is_complete
),

closed_won as (
    select *
    from {{ ref('metric_values') }}
    where
        metric_id = 'closed_won_amount'
        and period_type = 'quarter'
        and is_complete
        and scope in ('company', 'segment', 'team', 'rep')
),

weeks as (
    select distinct
        quarter_start,
        week_of_quarter
    from forecasts
),

booked as (
    select
        weeks.week_of_quarter,
        closed_won.*
    from closed_won
    inner join weeks on closed_won.period_start = weeks.quarter_start
),

broken as (
    select
        coalesce(forecasts.quarter_start, booked.period_start) as quarter_start,
        coalesce(forecasts.scope, booked.scope) as scope,
        forecasts.actual,
        booked.metric_value
    from forecasts
    full join booked
        on forecasts.quarter_start = booked.period_start
        and forecasts.week_of_quarter = booked.week_of_quarter
        and forecasts.segment = booked.segment
        and forecasts.team_id = booked.team_id
        and forecasts.rep_id = booked.rep_id
    where
        abs(coalesce(forecasts.actual, 0) - coalesce(booked.metric_value, 0))
        > greatest(0.001, 1e-13 * abs(coalesce(booked.metric_value, 0)))
)

select * from broken
