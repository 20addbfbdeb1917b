select
    incidents.incident_id,
    incidents.severity,
    incidents.status,
    incidents.metric_id,
    metrics.label,
    incidents.unit,
    incidents.period_type,
    incidents.value_period_start,
    incidents.scope,
    incidents.segment,
    incidents.team_id,
    incidents.rep_id,
    incidents.slice_type,
    incidents.slice_id,
    incidents.opened_on,
    incidents.due_on,
    incidents.metric_value,
    incidents.baseline,
    incidents.threshold_value,
    incidents.amount_at_stake,
    incidents.members_count,
    incidents.owner_name,
    incidents.owner_role,
    incidents.intervention,
    incidents.escalate_to,
    incidents.acknowledged_on,
    incidents.snoozed_until,
    incidents.acted_on
from marts.kpi_incidents as incidents
left join marts.dim_metrics as metrics on incidents.metric_id = metrics.metric_id
where incidents.closed_on is null
order by
    incidents.amount_at_stake desc nulls last,
    incidents.severity asc,
    incidents.opened_on desc,
    incidents.incident_id asc
