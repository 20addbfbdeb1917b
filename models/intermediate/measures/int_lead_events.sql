with leads as (select * from {{ ref('int_leads_unioned') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

events as (
    select
        leads.lead_id,
        leads.created_on as event_on,
        leads.rep_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as leads_count
    from leads
    left join assignments
        on leads.rep_id = assignments.rep_id
        and leads.created_on >= assignments.valid_from
        and leads.created_on < assignments.valid_to
    where not leads.is_deleted and leads.created_on is not null
)

select * from events
