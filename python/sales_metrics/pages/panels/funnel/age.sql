select
    status.segment,
    status.slice_id as stage_id,
    status.period_start,
    status.metric_value,
    status.n,
    status.baseline_value,
    status.status,
    stalled.metric_value as stalled_share
from marts.kpi_status as status
left join marts.metric_values as stalled
    on
    stalled.metric_id = 'stalled_share'
    and status.period_type = stalled.period_type
    and status.period_start = stalled.period_start
    and status.scope = stalled.scope
    and status.segment = stalled.segment
    and status.slice_id = stalled.slice_id
where
    status.metric_id = 'stage_age_days'
    and status.period_type = 'week'
    and status.scope in ('company', 'segment')
    and status.period_start = (
        select max(latest.period_start) as period_start
        from marts.kpi_status as latest
        where latest.metric_id = 'stage_age_days' and latest.period_type = 'week'
    )
order by status.segment, status.slice_id
