-- Human activities with the team, segment and account they count for. The deal's segment at its
-- creation goes before the rep's: it never changes later. What was logged with a merged account
-- belongs to the survivor.
with human as (select * from {{ ref('int_activities_human') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

merged_records as (
    select *
    from {{ ref('int_merges') }}
    where record_kind = 'account'
),

credited as (
    select
        human.activity_id,
        human.activity_type,
        human.is_meeting,
        human.direction,
        human.rep_id,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        coalesce(summarised.first_segment, assignments.segment, 'unassigned') as segment,
        human.opportunity_id,
        coalesce(opportunities.account_id, merged_records.survivor_id, human.account_id)
            as account_id,
        human.lead_id,
        human.contact_id,
        human.booked_at,
        human.occurred_at,
        human.booked_on,
        human.occurred_on,
        human.outcome
    from human
    left join summarised on human.opportunity_id = summarised.opportunity_id
    left join opportunities on human.opportunity_id = opportunities.opportunity_id
    left join merged_records on human.account_id = merged_records.record_id
    left join assignments
        on human.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'human.occurred_on') }}
)

select * from credited
