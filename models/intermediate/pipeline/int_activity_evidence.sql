-- A CRM begins to tell of activities, next actions and due dates one day each; before it, and
-- without any, silence means nothing.
with activities as (
    select *
    from {{ ref('int_activities_human') }}
    where opportunity_id is not null
        and outcome in ('done', 'held', 'no_show')
        and direction is distinct from 'internal'
),

actions as (
    select *
    from {{ ref('int_next_actions') }}
    where opportunity_id is not null
),

told as (
    select
        source,
        occurred_on as activity_on,
        cast(null as date) as action_on,
        cast(null as date) as due_action_on
    from activities
    union all
    select
        source,
        cast(null as date) as activity_on,
        opened_on as action_on,
        case when due_on is not null then opened_on end as due_action_on
    from actions
),

evidence as (
    select
        source,
        min(activity_on) as activities_known_from,
        min(action_on) as actions_known_from,
        min(due_action_on) as overdue_known_from
    from told
    group by source
)

select * from evidence
