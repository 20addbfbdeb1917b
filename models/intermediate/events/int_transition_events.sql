with transitions as (select * from {{ ref('int_stage_transitions') }}),

events as (
    select
        opportunity_id,
        transition_number,
        moved_on as event_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as transition_count,
        case when qualification_stages_skipped > 0 then 1 else 0 end as skipped_transition_count,
        case when exit_kind = 'backward' then 1 else 0 end as backward_transition_count,
        case when exit_kind in ('forward', 'won') then 1 end as deals_advanced_count
    from transitions
    -- From one closed stage to another of the same outcome a deal goes nowhere.
    where exit_kind <> 'settled'
)

select * from events
