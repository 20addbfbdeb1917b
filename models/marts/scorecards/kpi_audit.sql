-- Does a metric earn its place: what it has to do with revenue, what is decided by it, how often it
-- is looked at; whether there are data behind it; whether a breach of it made anyone act. Long,
-- because each of these is read from a table of its own.
with metrics as (select * from {{ configured('metrics') }}),

standards as (select * from {{ configured('kpi_standards') }}),

owners as (select * from {{ configured('kpi_owners') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

bands as (select * from {{ configured('kpi_bands') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

breaches as (select * from {{ ref('kpi_breaches') }}),

interventions as (select * from {{ ref('int_kpi_interventions') }}),

company_values as (
    select
        metric_id,
        max(case when is_instrumented then 1 else 0 end) as instrumented,
        max(period_type) as period_type,
        max(period_start) as period_start,
        max(case when scope = 'company' and slice_type = 'all' then metric_value end)
            as metric_value,
        max(case when scope = 'company' and slice_type = 'all' then n end) as n
    from current_values
    group by metric_id
),

layers as (
    select
        layer,
        count(*) filter (where timing = 'leading') as leading_metrics_in_layer
    from metrics
    group by layer
),

watched as (
    select
        metric_id,
        count(*) as triggers
    from triggers
    where coalesce(is_on, true)
    group by metric_id
),

banded as (
    select distinct metric_id
    from bands
),

-- Seen or put off is no act.
answered as (
    select incident_id
    from interventions
    where last_acted_on > {{ as_of_date() }} - 30
),

-- A breach is recent if it was open on one of the last 30 days.
recent as (
    select
        breaches.metric_id,
        count(*) as breaches_30_days,
        count(answered.incident_id) as breaches_with_intervention_30_days
    from breaches
    left join answered on breaches.incident_id = answered.incident_id
    where breaches.closed_on is null or breaches.closed_on > {{ as_of_date() }} - 30
    group by breaches.metric_id
),

audited as (
    select
        {{ as_of_date() }} as as_of_date,
        'company' as scope,
        metrics.metric_id,
        company_values.period_type,
        company_values.period_start,
        company_values.metric_value,
        cast(coalesce(company_values.n, 0) as bigint) as n,
        cast(metrics.layer as bigint) as layer,
        metrics.timing,
        standards.tier,
        standards.revenue_link is not null as has_revenue_link,
        standards.decision is not null as has_decision,
        standards.cadence is not null as has_cadence,
        owners.owner_role is not null as has_owner,
        banded.metric_id is not null as has_band,
        cast(coalesce(watched.triggers, 0) as bigint) as triggers,
        coalesce(company_values.instrumented = 1, false) as is_instrumented,
        cast(layers.leading_metrics_in_layer as bigint) as leading_metrics_in_layer,
        cast(coalesce(recent.breaches_30_days, 0) as bigint) as breaches_30_days,
        cast(coalesce(recent.breaches_with_intervention_30_days, 0) as bigint)
            as breaches_with_intervention_30_days
    from metrics
    inner join layers on metrics.layer = layers.layer
    left join standards on metrics.metric_id = standards.metric_id
    left join owners on metrics.metric_id = owners.metric_id
    left join banded on metrics.metric_id = banded.metric_id
    left join watched on metrics.metric_id = watched.metric_id
    left join company_values on metrics.metric_id = company_values.metric_id
    left join recent on metrics.metric_id = recent.metric_id
),

kpi_audit as (
    select
        audited.*,
        case
            when not audited.is_instrumented then 'not_instrumented'
            when not (audited.has_revenue_link and audited.has_decision and audited.has_cadence)
                then 'fails_standards'
            when audited.breaches_30_days > audited.breaches_with_intervention_30_days
                then 'breach_unanswered'
            when audited.has_owner and audited.triggers > 0 then 'kpi'
            else 'metric'
        end as status
    from audited
)

select * from kpi_audit
order by metric_id
