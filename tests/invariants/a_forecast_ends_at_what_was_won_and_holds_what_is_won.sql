-- On a quarter's last day nothing is left to expect: the forecast is the quarter's closed won. On
-- any day the range lies around the expectation and chances are chances.
with forecasts as (select * from {{ ref('quarter_forecast') }}),

won as (
    select *
    from {{ ref('metric_values') }}
    where metric_id = 'closed_won_amount'
        and period_type = 'quarter'
        and scope in ('company', 'segment', 'team')
)

select
    forecasts.forecast_on,
    forecasts.quarter_start,
    forecasts.scope,
    forecasts.segment,
    forecasts.team_id,
    forecasts.expected,
    won.metric_value
from forecasts
left join won
    on forecasts.quarter_start = won.period_start
    and forecasts.scope = won.scope
    and forecasts.segment = won.segment
    and forecasts.team_id = won.team_id
where (
    forecasts.quarters_ahead = 0
    and forecasts.days_to_quarter_end = 0
    and abs(forecasts.expected - coalesce(won.metric_value, 0)) > 0.01
)
or forecasts.low_80 > forecasts.expected
or forecasts.high_80 < forecasts.expected
or forecasts.p_target < 0
or forecasts.p_target > 1
or (forecasts.expected is null) <> (forecasts.n_quarters = 0)
