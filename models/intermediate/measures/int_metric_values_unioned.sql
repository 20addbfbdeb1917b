-- Every metric in one long form, whatever model it comes from: the public table and the KPI room
-- read it. A view, since both would otherwise pay for a second copy. What would only repeat a rep's
-- or team's row is left out (int_scope_splits).
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
with splits as (select * from {{ ref('int_scope_splits') }}),

unioned as (
    {% for model in models -%}
    {% if not loop.first %}union all{% endif %}
    select * from {{ ref(model) }}
    {% endfor -%}
),

described as (
    select
        unioned.metric_id,
        unioned.period_type,
        unioned.period_start,
        unioned.period_end,
        unioned.scope,
        unioned.segment,
        unioned.team_id,
        unioned.rep_id,
        unioned.slice_type,
        unioned.slice_id,
        unioned.numerator,
        unioned.denominator,
        unioned.metric_value,
        -- A reversal alone leaves no observation, and never less than none.
        greatest(unioned.n, 0) as n,
        unioned.ci_low,
        unioned.ci_high,
        unioned.is_complete
    from unioned
    left join splits
        on unioned.scope = splits.scope
        and unioned.team_id = splits.team_id
        and unioned.rep_id = splits.rep_id
    where {{ not_repeated(
        'unioned.scope', 'least(unioned.period_end, ' ~ as_of_date() ~ ')'
    ) }}
)

select * from described
