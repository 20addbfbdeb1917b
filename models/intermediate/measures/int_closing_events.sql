-- One row per closing and per reopening. A reopening takes back on its day what the closing had
-- booked, from whoever had the credit; so does a move from one closed stage straight to another,
-- and a merge into another deal, which is closed in its stead.
with visits as (select * from {{ ref('int_stage_visits') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

closed_visits as (
    select
        visits.opportunity_id,
        visits.visit_number,
        stages.is_won,
        visits.exited_on,
        visits.exit_kind in ('reopened', 'won', 'lost')
        or (visits.exit_kind = 'deleted' and coalesce(opportunities.is_merged_away, false))
            as is_taken_back,
        visits.entered_at,
        visits.entry_rep_id as rep_id,
        visits.entry_segment as segment,
        coalesce(visits.entry_amount, 0) as amount,
        summarised.qualified_on,
        coalesce(summarised.qualified_at <= visits.entered_at, false) as is_qualified,
        -- A closing that was taken back is in no CRM report any more: both stay on their days.
        case
            when visits.exit_kind in ('reopened', 'won', 'lost')
                or (visits.exit_kind = 'deleted' and coalesce(opportunities.is_merged_away, false))
                then {{ business_day('visits.entered_at') }}
            else {{ booked_on('visits.entered_at', 'visits.exit_close_date') }}
        end as booked_on
    from visits
    inner join stages on visits.stage_id = stages.stage_id
    inner join summarised on visits.opportunity_id = summarised.opportunity_id
    left join opportunities on visits.opportunity_id = opportunities.opportunity_id
    where visits.is_closed_stage
),

bookings as (
    select
        closed_visits.*,
        closed_visits.booked_on as event_on,
        1 as direction
    from closed_visits
    union all
    select
        closed_visits.*,
        closed_visits.exited_on as event_on,
        -1 as direction
    from closed_visits
    where closed_visits.is_taken_back
),

closings as (
    select
        opportunity_id,
        visit_number,
        event_on,
        booked_on as credited_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        direction as closed_count,
        case when is_won then direction end as won_count,
        case when is_won then direction * amount end as won_amount,
        case when not is_won then direction end as lost_count,
        case when not is_won then direction * amount end as lost_amount,
        case when is_qualified then direction end as decided_qualified_count,
        case when is_qualified then direction * amount end as decided_qualified_amount,
        case when is_won then direction * {{ days_between('qualified_on', 'booked_on') }} end
            as won_cycle_days
    from bookings
)

select * from closings
