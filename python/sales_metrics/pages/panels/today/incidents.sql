select
    breaches.breach_id,
    breaches.severity,
    breaches.status,
    breaches.metric_id,
    metrics.label,
    metrics.unit,
    breaches.period_type,
    breaches.scope,
    breaches.segment,
    breaches.team_id,
    breaches.rep_id,
    breaches.slice_type,
    breaches.slice_id,
    breaches.opened_on,
    breaches.due_on,
    breaches.metric_value,
    breaches.baseline,
    breaches.owner_name,
    breaches.owner_role,
    breaches.intervention,
    breaches.escalate_to
from marts.kpi_breaches as breaches
left join marts.dim_metrics as metrics on breaches.metric_id = metrics.metric_id
where breaches.closed_on is null
order by breaches.severity asc, breaches.opened_on desc, breaches.breach_id asc
