-- The reason is the one the deal had as the day of the loss ended, where the CRM logs its changes;
-- else it is the one the CRM holds now, and a later edit moves past rows. A reopening takes back from
-- the reason that was booked.
with closings as (select * from {{ ref('int_closing_events') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

loss_reasons as (select * from {{ ref('int_loss_reason_versions') }}),

losses as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_on,
        closings.credited_on,
        closings.rep_id,
        closings.segment,
        'loss_reason' as slice_type,
        coalesce(loss_reasons.loss_reason, opportunities.loss_reason) as slice_id,
        closings.lost_count as lost_by_reason_count
    from closings
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    left join loss_reasons
        on closings.opportunity_id = loss_reasons.opportunity_id
        and loss_reasons.valid_from
        < {{ business_midnight('(coalesce(closings.credited_on, closings.event_on) + 1)') }}
        and (
            loss_reasons.valid_to is null
            or loss_reasons.valid_to
            >= {{ business_midnight('(coalesce(closings.credited_on, closings.event_on) + 1)') }}
        )
    where closings.lost_count is not null
)

select * from losses
