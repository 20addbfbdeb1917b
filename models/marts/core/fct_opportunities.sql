with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

probabilities as (
    select *
    from {{ ref('int_stage_probabilities') }}
    where month_start = {{ month_start(as_of_date()) }}
),

judged as (
    select
        summarised.opportunity_id,
        opportunities.opportunity_name as name,
        opportunities.account_id,
        summarised.rep_id,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        summarised.segment,
        coalesce(summarised.acv_tier, 'unassigned') as acv_tier,
        summarised.opportunity_type as type,
        summarised.stage_id,
        case
            when summarised.is_deleted then 'deleted'
            when summarised.is_won then 'won'
            when summarised.is_lost then 'lost'
            else 'open'
        end as status,
        summarised.amount,
        case
            when summarised.is_open
                then
                    cast(
                        {{ weighted('summarised.amount', 'probabilities.probability') }} as double
                    )
        end as weighted_amount,
        summarised.qualified_amount,
        summarised.close_date,
        summarised.created_on,
        summarised.qualified_on,
        summarised.closed_on,
        -- The CRM keeps no history of the reason: it counts once the deal is lost.
        case when summarised.is_booked_lost then opportunities.loss_reason end as loss_reason,
        summarised.forecast_category,
        case
            when summarised.is_booked_won
                then {{ days_between('summarised.qualified_on', 'summarised.closed_on') }}
        end as cycle_days,
        summarised.push_count,
        summarised.reopen_count,
        summarised.is_inferred
    from summarised
    inner join opportunities on summarised.opportunity_id = opportunities.opportunity_id
    left join probabilities
        on summarised.segment = probabilities.segment
        and summarised.stage_id = probabilities.stage_id
    left join assignments
        on summarised.rep_id = assignments.rep_id
        and coalesce(summarised.closed_on, {{ as_of_date() }}) >= assignments.valid_from
        and coalesce(summarised.closed_on, {{ as_of_date() }}) < assignments.valid_to
)

select * from judged
order by status, segment, opportunity_id
