-- Human activities: deduplicated, typed, each with the outcome, segment and team it counts for; then
-- how many of each kind and outcome by day, rep and segment.
create table activities as
with task_types as (
    select
        raw_type,
        raw_subtype,
        activity_type,
        direction
    from seeds.activity_types
    where source = 'salesforce' and record_kind = 'task'
),

combinations as (
    select
        keys.type,
        keys.task_subtype,
        arg_max(
            task_types.activity_type,
            (task_types.raw_type is not null)::int * 2 + (task_types.raw_subtype is not null)::int
        ) as activity_type,
        arg_max(
            task_types.direction,
            (task_types.raw_type is not null)::int * 2 + (task_types.raw_subtype is not null)::int
        ) as direction
    from (select distinct type, task_subtype from raw.task) as keys
    left join task_types
        on coalesce(lower(keys.type), '') = coalesce(lower(task_types.raw_type), lower(keys.type), '')
        and coalesce(lower(keys.task_subtype), '')
        = coalesce(lower(task_types.raw_subtype), lower(keys.task_subtype), '')
    group by 1, 2
),

repeated_tasks as (
    select hash(id) as id_hash from raw.task group by 1 having count(*) > 1
),

single_tasks as (
    select task.* from raw.task as task anti join repeated_tasks on hash(task.id) = repeated_tasks.id_hash
    union all
    select task.* from raw.task as task semi join repeated_tasks on hash(task.id) = repeated_tasks.id_hash
    qualify row_number() over (partition by id order by _fivetran_synced desc) = 1
),

repeated_events as (
    select hash(id) as id_hash from raw.event group by 1 having count(*) > 1
),

single_events as (
    select event.* from raw.event as event anti join repeated_events on hash(event.id) = repeated_events.id_hash
    union all
    select event.* from raw.event as event semi join repeated_events on hash(event.id) = repeated_events.id_hash
    qualify row_number() over (partition by id order by _fivetran_synced desc) = 1
),

judged_events as (
    select
        id as activity_id,
        case lower(type) when 'discovery' then 'discovery' when 'demo' then 'demo'
            else 'meeting' end as activity_type,
        'outbound' as direction,
        coalesce(owner_id, 'unassigned') as rep_id,
        case when what_id like '006%' then what_id end as opportunity_id,
        account_id,
        case when who_id like '00Q%' then who_id end as lead_id,
        created_date as booked_at,
        greatest(start_date_time, created_date) as occurred_at,
        case
            when start_date_time >= (getvariable('as_of_date') + 1) then 'scheduled'
            when lower(outcome) in ('no show', 'no-show', 'no_show') then 'no_show'
            when lower(outcome) in ('cancelled', 'canceled') then 'cancelled'
            when lower(outcome) = 'rescheduled' then 'rescheduled'
            else 'held'
        end as outcome
    from single_events
    where not is_deleted
        and not coalesce(is_child, false)
        and created_date < (getvariable('as_of_date') + 1)
),

unioned as (
    select
        tasks.id as activity_id,
        coalesce(combinations.activity_type, 'other') as activity_type,
        case when lower(tasks.call_type) = 'inbound' then 'inbound'
            else combinations.direction end as direction,
        coalesce(tasks.owner_id, 'unassigned') as rep_id,
        case when tasks.what_id like '006%' then tasks.what_id end as opportunity_id,
        tasks.account_id,
        case when tasks.who_id like '00Q%' then tasks.who_id end as lead_id,
        coalesce(tasks.created_date, tasks.completed_date_time) as booked_at,
        greatest(tasks.completed_date_time, tasks.created_date) as occurred_at,
        'done' as outcome
    from single_tasks as tasks
    left join combinations
        on tasks.type is not distinct from combinations.type
        and tasks.task_subtype is not distinct from combinations.task_subtype
    where not tasks.is_deleted
        and coalesce(tasks.is_closed, lower(tasks.status) = 'completed')
        and coalesce(tasks.created_date, tasks.completed_date_time)
        < (getvariable('as_of_date') + 1)
        and coalesce(tasks.completed_date_time, tasks.created_date)
        < (getvariable('as_of_date') + 1)
    union all
    select * from judged_events
),

first_segments as (
    select opportunity_id, min_by(segment, valid_from) as segment from versions group by 1
),

discoveries as (
    select opportunity_id, min(occurred_at) as discovered_at
    from judged_events
    where activity_type = 'discovery' and outcome = 'held' and opportunity_id is not null
    group by 1
)

select
    unioned.*,
    coalesce(roster.team_id, 'unassigned') as team_id,
    coalesce(first_segments.segment, roster.segment, 'unassigned') as segment,
    unioned.activity_type = 'demo'
    and unioned.outcome = 'held'
    and unioned.opportunity_id is not null
    and coalesce(discoveries.discovered_at >= unioned.occurred_at, true)
        as is_demo_without_discovery
from unioned
left join first_segments on unioned.opportunity_id = first_segments.opportunity_id
left join discoveries on unioned.opportunity_id = discoveries.opportunity_id
left join roster
    on unioned.rep_id = roster.rep_id
    and cast(unioned.occurred_at as date) >= roster.valid_from
    and cast(unioned.occurred_at as date) < roster.valid_to
where unioned.activity_type not in ('automated', 'other');

create table activities_daily as
select
    cast(occurred_at as date) as day,
    rep_id,
    segment,
    activity_type,
    outcome,
    count(*) as activities,
    count(*) filter (where is_demo_without_discovery) as demos_without_discovery
from activities
group by all;
