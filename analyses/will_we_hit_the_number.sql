-- Will we hit the number? One row for the company and each segment on the as-of day: what the
-- running quarter is expected to end with and its range (quarter_forecast), and beside it coverage
-- against what earlier quarters needed with as many days to go.
with forecasts as (
    select *
    from {{ ref('quarter_forecast') }}
    where forecast_on = {{ as_of_date() }}
        and quarters_ahead = 0
        and scope in ('company', 'segment')
),

coverage as (
    select *
    from {{ ref('coverage_curve') }}
    where date_day = {{ as_of_date() }}
),

outlook as (
    select
        forecasts.quarter_start,
        forecasts.days_to_quarter_end as days_left,
        forecasts.scope,
        forecasts.segment,
        forecasts.verdict,
        forecasts.p_target,
        forecasts.target_amount,
        forecasts.won_so_far,
        forecasts.from_open,
        forecasts.from_to_be_created,
        forecasts.expected,
        forecasts.low_80,
        forecasts.high_80,
        forecasts.expected / nullif(cast(forecasts.target_amount as double), 0)
            as projected_attainment,
        coverage.remaining as remaining_coverage,
        coverage.required as required_coverage,
        coverage.coverage,
        coverage.coverage_quarter_before,
        coverage.coverage_year_before
    from forecasts
    left join coverage
        on forecasts.quarter_start = coverage.quarter_start
        and forecasts.scope = coverage.scope
        and forecasts.segment = coverage.segment
)

select * from outlook
order by scope asc, segment asc
