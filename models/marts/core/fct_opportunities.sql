-- Every deal as it stands on the as-of day. Long, because the contract has many columns, and what
-- has no history (the next step, in some CRMs the close date) is looked at here.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

summarised as (select * from {{ ref('int_opportunities_summarised') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

loss_reasons as (
    select
        opportunity_id,
        loss_reason
    from {{ ref('int_opportunity_versions') }}
    where valid_to is null
),

probabilities as (
    select *
    from {{ ref('int_stage_probabilities') }}
    where month_start = {{ month_start(as_of_date()) }}
),

open_deals as (
    select *
    from {{ ref('int_open_deals_at_period_ends') }}
    where window_end = {{ as_of_date() }}
),

-- A CRM that never fills its next-step text says nothing by leaving it empty.
written_steps as (
    select distinct source
    from opportunities
    where next_step is not null
),

-- The text has no history: only here, where deals are shown as they stand, may it be looked at, and
-- so may a close date that has none.
stepped as (
    select
        open_deals.opportunity_id,
        open_deals.last_activity_on,
        open_deals.health,
        open_deals.health_reasons,
        open_deals.is_past_due
        and coalesce(open_deals.health_reasons not like 'past_due%', true) as is_past_due_today,
        {% if var('next_step_text') -%}
        open_deals.has_next_step is null
        and opportunities.next_step is null
        and written_steps.source is not null
        {%- else -%}
        false
        {%- endif %} as lacks_written_step
    from open_deals
    inner join opportunities on open_deals.opportunity_id = opportunities.opportunity_id
    left join written_steps on opportunities.source = written_steps.source
),

fct_opportunities as (
    select
        summarised.opportunity_id,
        opportunities.opportunity_name as name,
        opportunities.account_id,
        summarised.rep_id,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        summarised.segment,
        coalesce(summarised.acv_tier, 'unassigned') as acv_tier,
        summarised.opportunity_type as type,
        opportunities.lead_source,
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
        -- It counts once the deal is lost: as known on the as-of day where the CRM logs it.
        case
            when summarised.is_booked_lost
                then coalesce(loss_reasons.loss_reason, opportunities.loss_reason)
        end as loss_reason,
        summarised.forecast_category,
        case
            when summarised.is_booked_won
                then {{ cycle_days('summarised.qualified_on', 'summarised.closed_on') }}
        end as cycle_days,
        summarised.push_count,
        summarised.reopen_count,
        stepped.last_activity_on,
        case
            when stepped.is_past_due_today then 'red'
            when stepped.health = 'green' and stepped.lacks_written_step then 'amber'
            else stepped.health
        end as health,
        -- A close date that passed is the first of the reasons, no next step the last.
        nullif(
            concat_ws(
                ',',
                case when stepped.is_past_due_today then 'past_due' end,
                stepped.health_reasons,
                case when stepped.lacks_written_step then 'no_next_step' end
            ),
            ''
        ) as health_reasons,
        summarised.is_inferred
    from summarised
    inner join opportunities on summarised.opportunity_id = opportunities.opportunity_id
    left join probabilities
        on summarised.segment = probabilities.segment
        and summarised.stage_id = probabilities.stage_id
    left join loss_reasons on summarised.opportunity_id = loss_reasons.opportunity_id
    left join stepped on summarised.opportunity_id = stepped.opportunity_id
    left join assignments
        on summarised.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'coalesce(summarised.closed_on, ' ~ as_of_date() ~ ')') }}
)

select * from fct_opportunities
order by status, segment, opportunity_id
