-- Trials started, activated and turned into customers, each on its own day.
with trials as (select * from {{ ref('stg_planning__trials') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

steps as (
    {%- for step in ['started', 'activated', 'converted'] %}
    select
        {{ step }}_on as event_on,
        coalesce(rep_id, 'unassigned') as rep_id,
        segment,
        '{{ step }}' as step
    from trials
    where {{ step }}_on <= {{ as_of_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

events as (
    select
        steps.event_on,
        steps.rep_id,
        -- A trial of every segment is one of its rep's.
        coalesce(
            nullif(coalesce(segment_names.segment, steps.segment), 'all'),
            assignments.segment,
            'unassigned'
        ) as segment,
        'all' as slice_type,
        'all' as slice_id,
        case when steps.step = 'started' then 1 end as trials_started_count,
        case when steps.step = 'activated' then 1 end as trials_activated_count,
        case when steps.step = 'converted' then 1 end as trials_converted_count
    from steps
    left join segment_names on lower(steps.segment) = segment_names.spelling
    left join assignments
        on steps.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'steps.event_on') }}
)

select * from events
