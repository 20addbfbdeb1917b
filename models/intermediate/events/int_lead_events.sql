-- Conversion is told on the day of the lead's creation and goes on ripening: the catalog marks its
-- metric `matures`. A CRM that has marked no lead as converted says nothing about it.
with leads as (select * from {{ ref('int_leads_unioned') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

sources as (
    select source
    from leads
    where is_converted
    group by source
),

events as (
    select
        leads.lead_id,
        leads.created_on as event_on,
        leads.rep_id,
        coalesce(assignments.segment, 'unassigned') as segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as leads_count,
        case when sources.source is not null then 1 end as watched_leads_count,
        case
            when sources.source is not null
                then case when leads.is_converted then 1 else 0 end
        end as leads_converted_by_now_count
    from leads
    left join sources on leads.source = sources.source
    left join assignments
        on leads.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'leads.created_on') }}
    where not leads.is_deleted and leads.created_on is not null
)

select * from events
