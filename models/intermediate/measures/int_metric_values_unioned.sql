-- Every metric in one long form, whatever model it comes from: the public table and the KPI room
-- read it. A view, since both would otherwise pay for a second copy.
{{ config(materialized='view') }}
{%- set models = [
    'int_metric_values_summed',
    'int_metric_values_median',
    'int_metric_values_coverage',
    'int_metric_values_velocity',
    'int_metric_values_closed_vs_target',
    'int_metric_values_retention',
    'int_metric_values_forecast',
    'int_metric_values_lead_response',
    'int_metric_values_ramp',
] -%}
with unioned as (
    {% for model in models -%}
    {% if not loop.first %}union all{% endif %}
    select * from {{ ref(model) }}
    {% endfor -%}
),

described as (
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id,
        numerator,
        denominator,
        metric_value,
        -- A reversal alone is counted beside a sum; it leaves no observation, and never less than
        -- none.
        greatest(n, 0) as n,
        ci_low,
        ci_high,
        is_complete
    from unioned
)

select * from described
