-- Forecast accuracy, bias and WAPE of a quarter as one number each: of the forecast in the middle
-- of the quarter, when there is still time to act on it. The sixth week ends when 45 % have passed.
with judged as (
    select *
    from {{ ref('int_forecasts_judged') }}
    where week_of_quarter = 6 and is_complete and forecast is not null
),

grains as (select * from {{ ref('int_metric_grains') }}),

{% set metrics = {
    'forecast_accuracy': ('greatest(0, actual - abs(forecast - actual))', 'accuracy'),
    'forecast_bias': ('forecast - actual', 'bias'),
    'forecast_wape': ('misses', 'wape'),
} -%}
unioned as (
    {% for metric, (numerator, metric_value) in metrics.items() -%}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ metric }}' as metric_id,
        judged.*,
        {{ numerator }} as numerator,
        {{ metric_value }} as metric_value
    from judged
    {% endfor -%}
),

metric_values_forecast as (
    select
        unioned.metric_id,
        'quarter' as period_type,
        unioned.quarter_start as period_start,
        unioned.quarter_end as period_end,
        unioned.scope,
        unioned.segment,
        unioned.team_id,
        unioned.rep_id,
        'all' as slice_type,
        'all' as slice_id,
        unioned.numerator,
        unioned.actual as denominator,
        unioned.metric_value,
        unioned.n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        unioned.is_complete
    from unioned
    inner join grains
        on unioned.metric_id = grains.metric_id
        and unioned.scope = grains.scope
        and grains.period_type = 'quarter'
)

select * from metric_values_forecast
