-- Why deals are lost, as a table of its own for dashboards that know nothing of slices.
with metric_values as (select * from {{ ref('metric_values') }}),

reasons as (
    select
        period_type,
        period_start,
        period_end,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id as loss_reason,
        metric_id,
        cast(numerator as bigint) as lost_count,
        cast(denominator as bigint) as all_lost_count,
        metric_value,
        n,
        ci_low,
        ci_high,
        is_complete,
        {{ as_of_date() }} as as_of_date
    from metric_values
    where metric_id = 'loss_reason_share'
)

select * from reasons
order by period_type, period_start, segment, team_id, rep_id, loss_reason
