-- What people did about an incident, by whatever breach of it they named: seen, put off until a
-- day, or acted upon. `acknowledged` and `snoozed until <day>` are no acts.
with interventions as (
    select *
    from {{ ref('stg_planning__interventions') }}
    where taken_at < {{ as_of_end() }}
),

incident_members as (select * from {{ ref('int_kpi_incident_members') }}),

told as (
    select
        incident_members.incident_id,
        {{ business_day('interventions.taken_at') }} as taken_on,
        interventions.act = 'acknowledged' as is_acknowledged,
        case
            when interventions.act like 'snoozed until %'
                then {{ safe_cast('substr(interventions.act, 15, 10)', 'date') }}
        end as snoozed_until,
        interventions.act = 'acknowledged' or interventions.act like 'snoozed until %' as is_no_act
    from interventions
    inner join incident_members on interventions.breach_id = incident_members.breach_id
),

interventions_told as (
    select
        incident_id,
        min(taken_on) as acknowledged_on,
        max(snoozed_until) as snoozed_until,
        min(case when not coalesce(is_no_act, false) then taken_on end) as acted_on,
        max(case when not coalesce(is_no_act, false) then taken_on end) as last_acted_on
    from told
    group by incident_id
)

select * from interventions_told
