with transitions as (select * from {{ ref('int_stage_transitions') }}),

stage_transitions as (
    select
        opportunity_id,
        transition_number,
        from_stage_id,
        to_stage_id,
        moved_at,
        moved_on,
        exit_kind,
        stages_skipped,
        days_in_stage as days,
        rep_id,
        segment,
        is_inferred
    from transitions
)

select * from stage_transitions
