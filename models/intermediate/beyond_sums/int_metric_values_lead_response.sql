-- The metrics of lead response, from the quantiles of the leads' waits and the leads that nobody
-- has answered.
with quantiles as (select * from {{ ref('int_lead_wait_quantiles') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

metrics as (
    select *
    from {{ configured('metrics') }}
    where
        metric_id in (
            'lead_response_minutes',
            'lead_response_minutes_p95',
            'lead_response_business_minutes',
            'lead_unanswered_share'
        )
),

metric_values as (
    select
        metrics.metric_id,
        quantiles.period_type,
        quantiles.period_start,
        periods.period_end,
        quantiles.scope,
        quantiles.segment,
        quantiles.team_id,
        quantiles.rep_id,
        metrics.slice_type,
        quantiles.slice_id,
        case when metrics.has_interval then quantiles.unanswered_count end as numerator,
        case when metrics.has_interval then cast(quantiles.n as double) end as denominator,
        case
            when metrics.metric_id = 'lead_unanswered_share'
                then quantiles.unanswered_count / nullif(cast(quantiles.n as double), 0)
            when metrics.metric_id = 'lead_response_minutes_p95'
                then {{ micros_as_minutes('quantiles.p95_micros') }}
            else {{ micros_as_minutes('quantiles.median_micros') }}
        end as metric_value,
        quantiles.n,
        case
            when metrics.has_interval
                then {{ wilson(
                    'low', 'quantiles.unanswered_count', 'cast(quantiles.n as double)'
                ) }}
        end as ci_low,
        case
            when metrics.has_interval
                then {{ wilson(
                    'high', 'quantiles.unanswered_count', 'cast(quantiles.n as double)'
                ) }}
        end as ci_high,
        periods.is_complete
    from quantiles
    inner join metrics
        on quantiles.clock
        = case when metrics.metric_id like '%business%' then 'business' else 'calendar' end
    inner join grains
        on metrics.metric_id = grains.metric_id
        and quantiles.scope = grains.scope
        and quantiles.period_type = grains.period_type
    inner join periods
        on quantiles.period_type = periods.period_type
        and quantiles.period_start = periods.period_start
)

select * from metric_values
