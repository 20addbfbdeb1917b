with unioned as (select * from {{ ref('int_metric_values_unioned') }}),

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
