with judged as (select * from {{ ref('int_forecasts_judged') }}),

forecast_accuracy as (
    select
        quarter_start,
        quarter_end,
        week_of_quarter,
        week_end,
        scope,
        segment,
        team_id,
        rep_id,
        forecast_source,
        forecast,
        cast(submitted_amount as decimal(18, 2)) as submitted_amount,
        cast(actual as decimal(18, 2)) as actual,
        accuracy,
        bias,
        wape,
        n,
        is_complete
    from judged
)

select * from forecast_accuracy
order by quarter_start, week_of_quarter, scope, segment, team_id, rep_id
