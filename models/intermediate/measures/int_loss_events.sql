-- The reason is the one the CRM holds now: CRMs keep no history of it.
with closings as (select * from {{ ref('int_closing_events') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

losses as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_on,
        closings.credited_on,
        closings.rep_id,
        closings.segment,
        'loss_reason' as slice_type,
        opportunities.loss_reason as slice_id,
        closings.lost_count as lost_by_reason_count
    from closings
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    where closings.lost_count <> 0
)

select * from losses
