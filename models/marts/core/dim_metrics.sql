-- The glossary: what a metric is, and for a KPI who answers for it and what happens when it breaks.
with metrics as (select * from {{ configured('metrics') }}),

standards as (select * from {{ configured('kpi_standards') }}),

owners as (select * from {{ configured('kpi_owners') }}),

roles as (select * from {{ configured('kpi_roles') }}),

bands as (select * from {{ ref('int_kpi_bands_described') }}),

banded as (
    select
        metric_id,
        concat_ws(
            ' | ',
            {%- for tier in ['all', 'smb', 'mid_market', 'enterprise'] %}
            max(case when acv_tier = '{{ tier }}' then concat(acv_tier, ': ', band_text) end)
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as band_text
    from bands
    group by metric_id
),

dim_metrics as (
    select
        metrics.metric_id,
        metrics.label,
        metrics.formula,
        metrics.stack,
        cast(metrics.layer as bigint) as layer,
        metrics.kind,
        metrics.timing,
        metrics.unit,
        metrics.better,
        metrics.window_id,
        metrics.slice_type,
        metrics.scopes,
        metrics.period_types,
        cast(metrics.min_n as bigint) as min_n,
        metrics.matures,
        metrics.is_managed,
        standards.revenue_link,
        standards.decision,
        standards.replaces,
        standards.cadence,
        standards.tier,
        owners.owner_role,
        roles.name as owner_name,
        owners.escalate_to,
        banded.band_text,
        owners.intervention,
        cast(owners.intervention_hours as bigint) as intervention_hours
    from metrics
    left join standards on metrics.metric_id = standards.metric_id
    left join owners on metrics.metric_id = owners.metric_id
    left join roles on owners.owner_role = roles.role
    left join banded on metrics.metric_id = banded.metric_id
)

select * from dim_metrics
order by metric_id
