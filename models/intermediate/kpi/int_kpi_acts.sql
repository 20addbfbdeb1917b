-- What people told about an incident, by whatever breach of it they named: seen, put off until a
-- day, or acted upon. `acknowledged` and `snoozed until <day>` are no acts.
with interventions as (
    select *
    from {{ ref('stg_planning__interventions') }}
    where taken_at < {{ as_of_end() }}
),

incident_members as (select * from {{ ref('int_kpi_incident_members') }}),

kpi_acts as (
    select
        incident_members.incident_id,
        {{ business_day('interventions.taken_at') }} as taken_on,
        case
            when interventions.act like 'snoozed until %'
                then {{ safe_cast('substr(interventions.act, 15, 10)', 'date') }}
        end as snoozed_until,
        not coalesce(
            interventions.act = 'acknowledged' or interventions.act like 'snoozed until %', false
        ) as is_act
    from interventions
    inner join incident_members on interventions.breach_id = incident_members.breach_id
)

select * from kpi_acts
