with call_scores as (select * from {{ ref('stg_planning__call_scores') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

scored as (
    select
        rep_id,
        {{ business_day('scored_at') }} as event_on,
        score
    from call_scores
    where scored_at < {{ as_of_end() }} and score is not null
),

events as (
    select
        scored.event_on,
        coalesce(scored.rep_id, 'unassigned') as rep_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as scored_call_count,
        scored.score as call_score_sum
    from scored
    left join assignments
        on scored.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'scored.event_on') }}
)

select * from events
