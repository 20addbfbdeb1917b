select
    forecast.segment,
    forecast.forecast_on,
    forecast.days_to_quarter_end,
    forecast.won_so_far,
    forecast.expected,
    forecast.low_80,
    forecast.high_80,
    forecast.target_amount,
    forecast.p_target,
    forecast.verdict
from marts.quarter_forecast as forecast
inner join marts.dim_dates as today
    on
    today.date_day = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
    and forecast.quarter_start = today.quarter_start
where
    forecast.scope in ('company', 'segment')
    and forecast.quarters_ahead = 0
order by forecast.segment, forecast.forecast_on
