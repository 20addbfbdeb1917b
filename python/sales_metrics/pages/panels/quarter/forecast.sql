select
    forecast.scope,
    forecast.segment,
    forecast.team_id,
    forecast.won_so_far,
    forecast.from_open,
    forecast.from_to_be_created,
    forecast.expected,
    forecast.low_80,
    forecast.high_80,
    forecast.target_amount,
    forecast.p_target,
    forecast.verdict,
    commits.submitted_amount
from marts.quarter_forecast as forecast
inner join marts.dim_dates as today
    on
    forecast.forecast_on = today.date_day
    and forecast.quarter_start = today.quarter_start
left join marts.forecast_accuracy as commits
    on
    forecast.quarter_start = commits.quarter_start
    and forecast.scope = commits.scope
    and forecast.segment = commits.segment
    and forecast.team_id = commits.team_id
    and commits.forecast_source = 'submitted'
    and commits.week_end = (
        select max(latest.week_end) as week_end
        from marts.forecast_accuracy as latest
        where
            latest.quarter_start = forecast.quarter_start
            and latest.forecast_source = 'submitted'
    )
where today.date_day = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
order by
    case forecast.scope when 'company' then 1 when 'segment' then 2 else 3 end,
    forecast.segment,
    forecast.team_id
