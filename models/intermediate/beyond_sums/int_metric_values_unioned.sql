-- Every metric in one long form, whatever model it comes from: the public table and the KPI room
-- read it. What is not measured has no row, whatever could be divided by what (metric_evidence),
-- and what would only repeat a rep's or team's row is left out (int_scope_splits). A view, since
-- both would otherwise pay for a second copy. Long, because it names every model and column of the
-- long form.
{{ config(materialized='view') }}
{%- set models = [
    'int_metric_values_summed',
    'int_metric_values_median',
    'int_metric_values_coverage',
    'int_metric_values_velocity',
    'int_metric_values_closed_vs_target',
    'int_metric_values_retention',
    'int_metric_values_forecast',
    'int_metric_values_projected',
    'int_metric_values_lead_response',
    'int_metric_values_ramp',
] -%}
with splits as (select * from {{ ref('int_scope_splits') }}),

unmeasured as (
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
),

metric_values_unioned as (
    select
        measured.metric_id,
        measured.period_type,
        measured.period_start,
        measured.period_end,
        measured.scope,
        measured.segment,
        measured.team_id,
        measured.rep_id,
        measured.slice_type,
        measured.slice_id,
        measured.numerator,
        measured.denominator,
        measured.metric_value,
        -- A reversal alone is counted beside a sum; it leaves no observation, and never less
        -- than none.
        greatest(measured.n, 0) as n,
        measured.ci_low,
        measured.ci_high,
        measured.is_complete
    from measured
    left join splits
        on measured.scope = splits.scope
        and measured.team_id = splits.team_id
        and measured.rep_id = splits.rep_id
    where {{ not_repeated(
        'measured.scope', 'least(measured.period_end, ' ~ as_of_date() ~ ')'
    ) }}
)

select * from metric_values_unioned
