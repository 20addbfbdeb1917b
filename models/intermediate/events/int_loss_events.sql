-- The reason is the one the deal had as the day of the loss ended, where the CRM logs its changes;
-- else it is the one the CRM holds now, and a later edit moves past rows. A reopening takes back
-- from the reason that was booked.
with closings as (select * from {{ ref('int_closing_events') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

losses as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_on,
        closings.credited_on,
        closings.rep_id,
        closings.segment,
        'loss_reason' as slice_type,
        coalesce(versions.loss_reason, opportunities.loss_reason) as slice_id,
        closings.lost_count as lost_by_reason_count
    from closings
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    left join versions
        on closings.opportunity_id = versions.opportunity_id
        and versions.valid_from
        < {{ business_midnight('(coalesce(closings.credited_on, closings.event_on) + 1)') }}
        and (
            versions.valid_to is null
            or versions.valid_to
            >= {{ business_midnight('(coalesce(closings.credited_on, closings.event_on) + 1)') }}
        )
    where closings.lost_count <> 0
)

select * from losses
