-- What was closed in a period and not taken back within it leaves the pipeline of that period,
-- credited to the same rep and segment with the amount that stands booked when the period ends.
-- Booking by the CRM's date is another day than that of the move.
with walks as (select * from {{ ref('int_pipeline_walks') }}),

closings as (select * from {{ ref('int_closing_events') }}),

periods as (
    select *
    from {{ ref('int_calendar_periods') }}
    where period_type in ('week', 'quarter')
),

taken_back as (
    select
        opportunity_id,
        visit_number,
        event_on
    from closings
    where event_kind = 'taken_back'
),

closed as (
    select
        opportunity_id,
        visit_number,
        event_on
    from closings
    where event_kind = 'closed'
),

booked as (
    select
        periods.period_type,
        periods.period_start,
        closings.segment,
        closings.rep_id,
        sum(coalesce(closings.won_count, 0)) as won,
        sum(coalesce(closings.won_amount, 0)) as won_amount,
        sum(coalesce(closings.lost_count, 0)) as lost,
        sum(coalesce(closings.lost_amount, 0)) as lost_amount
    from closings
    inner join periods
        on closings.event_on >= periods.period_start and closings.event_on <= periods.window_end
    inner join closed
        on closings.opportunity_id = closed.opportunity_id
        and closings.visit_number = closed.visit_number
        and periods.period_start <= closed.event_on
        and periods.window_end >= closed.event_on
    left join taken_back
        on closings.opportunity_id = taken_back.opportunity_id
        and closings.visit_number = taken_back.visit_number
    where
        closings.event_kind <> 'taken_back'
        and (taken_back.event_on is null or taken_back.event_on > periods.window_end)
    group by 1, 2, 3, 4
),

left_as_closed as (
    select
        period_type,
        period_start,
        to_segment as segment,
        to_rep_id as rep_id,
        count(*) filter (where outcome = 'won') as won,
        sum(case when outcome = 'won' then to_amount else 0 end) as won_amount,
        count(*) filter (where outcome = 'lost') as lost,
        sum(case when outcome = 'lost' then to_amount else 0 end) as lost_amount
    from walks
    where outcome in ('won', 'lost')
    group by 1, 2, 3, 4
),

broken as (
    select
        coalesce(booked.period_start, left_as_closed.period_start) as period_start,
        coalesce(booked.rep_id, left_as_closed.rep_id) as rep_id
    from booked
    full join left_as_closed
        on booked.period_type = left_as_closed.period_type
        and booked.period_start = left_as_closed.period_start
        and booked.segment = left_as_closed.segment
        and booked.rep_id = left_as_closed.rep_id
    where
        '{{ var("booking_date") }}' = 'history'
        and (
            booked.won is distinct from left_as_closed.won
            or booked.won_amount is distinct from left_as_closed.won_amount
            or booked.lost is distinct from left_as_closed.lost
            or booked.lost_amount is distinct from left_as_closed.lost_amount
        )
)

select * from broken
