-- The edges between consecutive visits; an open or deleted end is not an edge.
with visits as (select * from {{ ref('int_stage_visits') }}),

transitions as (
    select
        opportunity_id,
        visit_number as transition_number,
        stage_id as from_stage_id,
        exited_to as to_stage_id,
        exited_at as moved_at,
        exited_on as moved_on,
        exit_kind,
        stages_skipped,
        qualification_stages_skipped,
        days_in_stage,
        exit_rep_id as rep_id,
        exit_segment as segment,
        is_inferred
    from visits
    where exited_to is not null
)

select * from transitions
