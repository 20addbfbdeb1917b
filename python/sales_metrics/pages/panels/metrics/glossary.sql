select
    metrics.metric_id,
    metrics.label,
    metrics.formula,
    metrics.stack,
    metrics.unit,
    metrics.better,
    metrics.timing,
    metrics.window_id,
    metrics.min_n,
    metrics.is_managed,
    metrics.owner_role,
    metrics.owner_name,
    metrics.cadence,
    metrics.band_text,
    metrics.decision,
    metrics.revenue_link,
    metrics.intervention,
    audits.period_type,
    audits.period_start,
    audits.metric_value,
    audits.n,
    audits.triggers,
    audits.status
from marts.dim_metrics as metrics
left join marts.kpi_audit as audits on metrics.metric_id = audits.metric_id
order by metrics.is_managed desc, metrics.stack asc, metrics.label asc, metrics.metric_id asc
