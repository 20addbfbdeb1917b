-- How real visits of open stages ended. `moved` and `deleted` say nothing about conversion and are
-- left out.
with visits as (select * from {{ ref('int_stage_visits') }}),

stage_exit_events as (
    select
        opportunity_id,
        visit_number,
        exited_on as event_on,
        exit_rep_id as rep_id,
        exit_segment as segment,
        'stage' as slice_type,
        stage_id as slice_id,
        case when exit_kind in ('forward', 'won') then 'advanced' else exit_kind end as outcome,
        1 as stage_exit_count,
        case when exit_kind in ('forward', 'won') then 1 else 0 end as stage_advanced_count
    from visits
    where not is_closed_stage and exit_kind in ('forward', 'won', 'lost', 'backward')
)

select * from stage_exit_events
