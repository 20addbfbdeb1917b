-- One row per closing, per correction of one and per closing taken back. A reopening takes back on
-- its day what stands booked, from whoever had the credit; so does a move from won to lost or back.
-- A correction is the change alone, on the day it was made and for whoever had the credit. Long,
-- because the three kinds of event are brought to one shape and every measure is a column.
with closings as (select * from {{ ref('int_closings') }}),

corrections as (select * from {{ ref('int_closing_corrections') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

bookings as (
    select
        opportunity_id,
        visit_number,
        'closed' as event_kind,
        booked_on as event_on,
        1 as deals,
        case when entry_amount is not null then 1 else 0 end as deals_with_amount,
        coalesce(entry_amount, 0) as amount
    from closings
    union all
    select
        corrections.opportunity_id,
        corrections.visit_number,
        'corrected' as event_kind,
        {{ corrected_on(
            'corrections.corrected_on', 'closings.booked_on', 'closings.is_taken_back'
        ) }} as event_on,
        0 as deals,
        sum(corrections.known_amount_change) as deals_with_amount,
        sum(corrections.amount_change) as amount
    from corrections
    inner join closings
        on corrections.opportunity_id = closings.opportunity_id
        and corrections.visit_number = closings.visit_number
    group by 1, 2, 3, 4
    union all
    select
        opportunity_id,
        visit_number,
        'taken_back' as event_kind,
        exited_on as event_on,
        -1 as deals,
        case when exit_amount is not null then -1 else 0 end as deals_with_amount,
        -coalesce(exit_amount, 0) as amount
    from closings
    where is_taken_back
),

credited as (
    select
        bookings.*,
        closings.is_won,
        closings.booked_on,
        closings.rep_id,
        closings.segment,
        coalesce(summarised.qualified_at <= closings.entered_at, false) as is_qualified,
        {{ cycle_days('summarised.qualified_on', 'closings.booked_on') }} as cycle_days
    from bookings
    inner join closings
        on bookings.opportunity_id = closings.opportunity_id
        and bookings.visit_number = closings.visit_number
    inner join summarised on bookings.opportunity_id = summarised.opportunity_id
),

events as (
    select
        opportunity_id,
        visit_number,
        event_kind,
        event_on,
        booked_on as credited_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        is_won,
        is_qualified,
        amount,
        deals_with_amount,
        deals as closed_count,
        case when is_won then deals end as won_count,
        case when is_won then amount end as won_amount,
        case when is_won then deals end as won_standing_count,
        case when is_won then amount end as won_standing_amount,
        case when is_won then deals_with_amount end as won_with_amount_count,
        case when is_won then deals * cycle_days end as won_cycle_days,
        case when not is_won then deals end as lost_count,
        case when not is_won then amount end as lost_amount,
        case when not is_won then deals end as lost_standing_count,
        case when is_qualified then deals end as decided_qualified_count,
        case when is_qualified then deals_with_amount end as decided_with_amount_count,
        case when is_qualified then amount end as decided_qualified_amount
    from credited
)

select * from events
