-- The open pipeline as it stands at the end of each period: a state counts on the last day alone,
-- through the window `point`. What the CRM's own probabilities make of it is weighed deal by deal.
with states as (select * from {{ ref('int_pipeline_states') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

crm_weighted as (select * from {{ ref('int_crm_weighted_pipeline') }}),

opportunity_types as (select * from {{ configured('opportunity_types') }}),

days as (
    select distinct
        window_end as event_on,
        {{ month_start('window_end') }} as month_start
    from periods
),

standing as (
    select
        days.event_on,
        states.rep_id,
        states.segment,
        states.close_bucket = 'unknown' as is_undated,
        opportunity_types.motion,
        states.deals,
        states.amount,
        states.qualified_deals,
        states.qualified_amount,
        {{ weighted('states.amount', 'probabilities.probability') }} as weighted_amount
    from states
    inner join days on states.from_day <= days.event_on and states.to_day > days.event_on
    left join probabilities
        on days.month_start = probabilities.month_start
        and states.segment = probabilities.segment
        and states.stage_id = probabilities.stage_id
    left join opportunity_types
        on lower(states.opportunity_type) = opportunity_types.raw_type
),

summed as (
    select
        event_on,
        rep_id,
        segment,
        sum(deals) as open_count,
        sum(amount) as open_amount,
        sum(qualified_deals) as open_qualified_count,
        sum(qualified_amount) as open_qualified_amount,
        sum(weighted_amount) as weighted_amount,
        sum(deals) filter (where motion = 'new_logo') as open_new_logo_count,
        sum(amount) filter (where motion = 'new_logo') as open_new_logo_amount,
        sum(deals) filter (where motion = 'expansion') as open_expansion_count,
        sum(amount) filter (where motion = 'expansion') as open_expansion_amount,
        sum(deals) filter (where is_undated) as undated_count
    from standing
    group by event_on, rep_id, segment
),

events as (
    select
        summed.*,
        crm_weighted.crm_weighted_amount,
        'all' as slice_type,
        'all' as slice_id
    from summed
    left join crm_weighted
        on summed.event_on = crm_weighted.event_on
        and summed.rep_id = crm_weighted.rep_id
        and summed.segment = crm_weighted.segment
)

select * from events
