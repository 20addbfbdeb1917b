with visits as (select * from {{ ref('int_stage_visits') }}),

stage_visits as (
    select
        opportunity_id,
        visit_number,
        stage_visit_number,
        stage_id,
        entered_at,
        exited_at,
        days_in_stage,
        entered_from,
        exited_to,
        exit_kind,
        stages_skipped,
        entry_amount as amount,
        entry_rep_id as rep_id,
        entry_team_id as team_id,
        entry_segment as segment,
        is_inferred
    from visits
)

select * from stage_visits
