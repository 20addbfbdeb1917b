-- Which KPI breached without an intervention? One row per breach that is open, or was opened in the
-- last 90 days, with who answers for it, by when something had to happen, and whether anything did.
with breaches as (select * from {{ ref('kpi_breaches') }}),

interventions as (
    select
        breach_id,
        min(taken_at) as first_taken_at,
        count(*) as interventions
    from {{ ref('stg_planning__interventions') }}
    where taken_at < {{ as_of_end() }}
    group by breach_id
),

followed as (
    select
        breaches.metric_id,
        breaches.scope,
        breaches.segment,
        breaches.team_id,
        breaches.rep_id,
        breaches.slice_id,
        breaches.severity,
        breaches.opened_on,
        breaches.closed_on,
        breaches.owner_name,
        breaches.intervention,
        breaches.due_on,
        breaches.due_on < {{ as_of_date() }} and interventions.breach_id is null as is_overdue,
        coalesce(interventions.interventions, 0) as interventions,
        interventions.first_taken_at,
        breaches.breach_id
    from breaches
    left join interventions on breaches.breach_id = interventions.breach_id
    where breaches.closed_on is null or breaches.opened_on > {{ as_of_date() }} - 90
)

select * from followed
where interventions = 0
order by is_overdue desc, severity asc, opened_on asc, breach_id asc
