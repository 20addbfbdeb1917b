-- Since when an incident is seen, until when it is put off, and when somebody acted.
with acts as (select * from {{ ref('int_kpi_acts') }}),

interventions as (
    select
        incident_id,
        min(taken_on) as acknowledged_on,
        max(snoozed_until) as snoozed_until,
        min(case when is_act then taken_on end) as acted_on,
        max(case when is_act then taken_on end) as last_acted_on
    from acts
    group by incident_id
)

select * from interventions
