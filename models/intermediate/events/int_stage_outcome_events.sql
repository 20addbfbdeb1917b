-- When a deal is decided, every open stage it had been in learns how its entry ended; a reopening
-- takes that back.
with closings as (select * from {{ ref('int_closing_events') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

entries as (
    select
        opportunity_id,
        stage_id,
        min(visit_number) as first_visit_number
    from visits
    where not is_closed_stage
    group by opportunity_id, stage_id
),

stage_outcome_events as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_on,
        closings.credited_on,
        closings.rep_id,
        closings.segment,
        'stage' as slice_type,
        entries.stage_id as slice_id,
        closings.closed_count as stage_resolved_count,
        coalesce(closings.won_count, 0) as stage_won_count
    from closings
    inner join entries
        on closings.opportunity_id = entries.opportunity_id
        and closings.visit_number > entries.first_visit_number
    where closings.closed_count <> 0
)

select * from stage_outcome_events
