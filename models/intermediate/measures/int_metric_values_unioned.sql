-- Every metric in one long form, whatever model it comes from: the public table and the KPI room
-- read it. What is not measured has no row, whatever could be divided by what (metric_evidence). A
-- view, since both would otherwise pay for a second copy.
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
with unmeasured as (
    select *
    from {{ ref('int_metrics_unmeasured') }}
    where not is_baseline
),

barred as (
    select *
    from {{ ref('int_metrics_barred') }}
    where role = 'bars'
),

unioned as (
    {% for model in models -%}
    {% if not loop.first %}union all{% endif %}
    select * from {{ ref(model) }}
    {% endfor -%}
),

measured as (
    select unioned.*
    from unioned
    anti join unmeasured
        on unioned.metric_id = unmeasured.metric_id
        and unioned.period_type = unmeasured.period_type
        and unioned.period_start = unmeasured.period_start
    anti join barred
        on unioned.metric_id = barred.metric_id
        and unioned.period_type = barred.period_type
        and unioned.period_start = barred.period_start
        and unioned.segment = barred.segment
        and unioned.team_id = barred.team_id
        and unioned.rep_id = barred.rep_id
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
        -- A reversal alone leaves no observation, and never less than none.
        greatest(n, 0) as n,
        ci_low,
        ci_high,
        is_complete
    from measured
)

select * from described
