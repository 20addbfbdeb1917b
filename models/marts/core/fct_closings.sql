-- What closed_won_amount and the averages are made of. The sums take every row of the window; the
-- averages and rates take those whose closing lies in it as well (closed_on).
with closings as (select * from {{ ref('int_closing_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

fct_closings as (
    select
        closings.opportunity_id,
        closings.visit_number,
        closings.event_kind,
        closings.event_on,
        closings.credited_on as closed_on,
        case when closings.is_won then 'won' else 'lost' end as outcome,
        closings.is_qualified,
        closings.rep_id,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        closings.segment,
        cast(closings.closed_count as bigint) as deals,
        cast(closings.deals_with_amount as bigint) as deals_with_amount,
        cast(closings.amount as decimal(18, 2)) as amount,
        cast(closings.won_cycle_days as bigint) as cycle_days
    from closings
    left join assignments
        on closings.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'closings.credited_on') }}
    where closings.event_on <= {{ as_of_date() }}
)

select * from fct_closings
order by event_on, opportunity_id, visit_number, event_kind
