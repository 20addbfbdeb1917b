select
    status.scope,
    status.segment,
    status.slice_id as stage_id,
    status.period_start,
    status.metric_value,
    status.n,
    status.ci_low,
    status.ci_high,
    status.baseline_value,
    status.status,
    status.benchmark
from marts.kpi_status as status
where
    status.metric_id = 'stage_conversion_rate'
    and status.period_type = 'week'
    and status.scope in ('company', 'segment')
    and status.period_start = (
        select max(latest.period_start) as period_start
        from marts.kpi_status as latest
        where latest.metric_id = 'stage_conversion_rate' and latest.period_type = 'week'
    )
order by status.segment, status.slice_id
