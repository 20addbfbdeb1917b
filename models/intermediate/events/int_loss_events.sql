-- The reason is the one the deal had as the day of the loss ended, else the first one given while
-- it stayed lost: many are filled in days later. So it is where changes are logged or builds are
-- remembered; else it is the one the CRM holds now, and a later edit moves past rows. A reopening
-- takes back from the reason that was booked.
with closings as (select * from {{ ref('int_closing_events') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

lost as (
    select *
    from {{ ref('int_closings') }}
    where not is_won
),

first_reasons as (
    select
        lost.opportunity_id,
        lost.visit_number,
        min_by(versions.loss_reason, versions.version_number) as loss_reason
    from lost
    inner join versions
        on lost.opportunity_id = versions.opportunity_id
        and lost.visit_number <= versions.visit_number
        and lost.last_visit_number >= versions.visit_number
        and versions.valid_from >= {{ business_midnight('(lost.booked_on + 1)') }}
    where versions.loss_reason <> 'unknown'
    group by lost.opportunity_id, lost.visit_number
),

loss_events as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_on,
        closings.credited_on,
        closings.rep_id,
        closings.segment,
        'loss_reason' as slice_type,
        coalesce(
            nullif(versions.loss_reason, 'unknown'),
            first_reasons.loss_reason,
            versions.loss_reason,
            opportunities.loss_reason
        ) as slice_id,
        closings.lost_count as lost_by_reason_count
    from closings
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    left join versions
        on closings.opportunity_id = versions.opportunity_id
        and {{ in_force(
            'versions',
            business_midnight('(coalesce(closings.credited_on, closings.event_on) + 1)'),
            open_ended=true, just_before=true
        ) }}
    left join first_reasons
        on closings.opportunity_id = first_reasons.opportunity_id
        and closings.visit_number = first_reasons.visit_number
    where closings.lost_count <> 0
)

select * from loss_events
