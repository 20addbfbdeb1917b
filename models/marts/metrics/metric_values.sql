with summed as (select * from {{ ref('int_metric_values_summed') }}),

medians as (select * from {{ ref('int_metric_values_median') }}),

lead_responses as (select * from {{ ref('int_metric_values_lead_response') }}),

unioned as (
    select * from summed
    union all
    select * from medians
    union all
    select * from lead_responses
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
        n,
        ci_low,
        ci_high,
        is_complete
    from unioned
)

select * from described
order by metric_id, period_type, period_start, scope, segment, team_id, rep_id, slice_id
