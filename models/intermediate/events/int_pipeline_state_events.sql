-- The open pipeline as it stands at the end of each period: a state counts on the last day alone,
-- through the window `point`. What the CRM's own probabilities make of it is weighed deal by deal.
-- Long, because a state is met with the days of period ends first.
with states as (select * from {{ ref('int_pipeline_states') }}),

ends as (select * from {{ ref('int_period_ends') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

crm_weighted as (select * from {{ ref('int_crm_weighted_pipeline') }}),

opportunity_types as (select * from {{ configured('opportunity_types') }}),

at_ends as (
    {{ numbered_runs(
        'states', 'ends', 'end_number',
        [
            'rep_id', 'segment', 'stage_id', 'close_bucket', 'opportunity_type', 'deals', 'amount',
            'qualified_deals', 'qualified_amount',
        ]
    ) }}
),

days as (
    select
        end_number,
        calendar_day as event_on,
        {{ month_start('calendar_day') }} as month_start
    from ends
    where is_period_end
),

standing as (
    select
        days.event_on,
        at_ends.rep_id,
        at_ends.segment,
        at_ends.close_bucket = 'unknown' as is_undated,
        opportunity_types.motion,
        at_ends.deals,
        at_ends.amount,
        at_ends.qualified_deals,
        at_ends.qualified_amount,
        {{ weighted('at_ends.amount', 'probabilities.probability') }} as weighted_amount
    from at_ends
    inner join days on at_ends.end_number = days.end_number
    left join probabilities
        on days.month_start = probabilities.month_start
        and at_ends.segment = probabilities.segment
        and at_ends.stage_id = probabilities.stage_id
    left join opportunity_types
        on lower(at_ends.opportunity_type) = opportunity_types.raw_type
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
