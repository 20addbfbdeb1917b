-- What metric_values reports at the end of each period, for the company, is what pipeline_daily
-- holds on that day. Sums of doubles may differ in the last digits, hence a tenth of a cent.
with pipeline as (
    select
        date_day,
        sum(amount) as open_pipeline_amount,
        sum(deal_count) as open_pipeline_count,
        sum(qualified_amount) as open_qualified_amount,
        sum(qualified_count) as open_qualified_count,
        sum(weighted_amount) as weighted_pipeline_amount
    from {{ ref('pipeline_daily') }}
    group by date_day
),

periods as (select * from {{ ref('int_calendar_periods') }}),

metric_values as (
    select *
    from {{ ref('metric_values') }}
    where scope = 'company'
),

expected as (
    {%- for metric_id in [
        'open_pipeline_amount', 'open_pipeline_count', 'open_qualified_amount',
        'open_qualified_count', 'weighted_pipeline_amount',
    ] %}
    select
        '{{ metric_id }}' as metric_id,
        periods.period_type,
        periods.period_start,
        cast(coalesce(pipeline.{{ metric_id }}, 0) as double) as metric_value
    from periods
    left join pipeline on periods.window_end = pipeline.date_day
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

broken as (
    select
        expected.metric_id,
        expected.period_type,
        expected.period_start,
        expected.metric_value as of_the_day,
        metric_values.metric_value as of_the_period
    from expected
    left join metric_values
        on expected.metric_id = metric_values.metric_id
        and expected.period_type = metric_values.period_type
        and expected.period_start = metric_values.period_start
    where
        abs(expected.metric_value - coalesce(metric_values.metric_value, 0))
        > greatest(0.001, 1e-13 * abs(expected.metric_value))
)

select * from broken
