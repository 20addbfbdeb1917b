-- What the running fiscal quarter will bring, as it stood at the end of each period: of the open
-- deals at every scope, and against the target where a range is told. n is the open deals. Long,
-- because the two kinds are brought to one shape.
with scoped as (
    select *
    from {{ ref('int_forecasts_scoped') }}
    where quarters_ahead = 0 and expected is not null
),

forecasts as (
    select *
    from {{ ref('int_quarter_forecasts') }}
    where quarters_ahead = 0 and expected is not null and target_amount is not null
),

periods as (select * from {{ ref('int_calendar_periods') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

{% set projected = {
    'projected_attainment': 'expected',
    'projected_attainment_low': 'low_80',
    'projected_attainment_high': 'high_80',
} -%}
told as (
    select
        'expected_to_close_amount' as metric_id,
        forecast_on,
        scope,
        segment,
        team_id,
        rep_id,
        cast(from_open as double) as numerator,
        cast(null as double) as denominator,
        cast(from_open as double) as metric_value,
        open_deals as n
    from scoped
    where open_deals > 0
    {% for metric, amount in projected.items() -%}
    union all
    select
        '{{ metric }}' as metric_id,
        forecast_on,
        scope,
        segment,
        team_id,
        'all' as rep_id,
        {{ amount }} as numerator,
        cast(target_amount as double) as denominator,
        {{ amount }} / nullif(cast(target_amount as double), 0) as metric_value,
        open_deals as n
    from forecasts
    {% endfor -%}
),

metric_values_projected as (
    select
        told.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        told.scope,
        told.segment,
        told.team_id,
        told.rep_id,
        'all' as slice_type,
        'all' as slice_id,
        told.numerator,
        told.denominator,
        told.metric_value,
        cast(told.n as bigint) as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        periods.is_complete
    from told
    inner join periods on told.forecast_on = periods.window_end
    inner join grains
        on told.metric_id = grains.metric_id
        and told.scope = grains.scope
        and periods.period_type = grains.period_type
)

select * from metric_values_projected
