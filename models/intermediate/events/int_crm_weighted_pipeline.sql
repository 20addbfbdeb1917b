-- What the CRM's own probabilities make of the open pipeline at the end of each period: the deal's
-- where it is proven for that day, else the one the CRM gives to its stage. A day on which the
-- probability of any open deal is not known is not told at all: a part would look like a fall.
with spans as (select * from {{ ref('int_pipeline_spans') }}),

ends as (select * from {{ ref('int_period_ends') }}),

given as (select * from {{ ref('int_crm_probabilities_dated') }}),

stage_probabilities as (select * from {{ ref('int_stage_probabilities') }}),

at_ends as (
    {{ numbered_runs(
        'spans', 'ends', 'end_number', ['opportunity_id', 'rep_id', 'segment', 'stage_id', 'amount']
    ) }}
),

standing as (
    select
        ends.calendar_day as event_on,
        {{ month_start('ends.calendar_day') }} as month_start,
        at_ends.opportunity_id,
        at_ends.rep_id,
        at_ends.segment,
        at_ends.stage_id,
        at_ends.amount
    from at_ends
    inner join ends on at_ends.end_number = ends.end_number
    where ends.is_period_end
),

judged as (
    select
        standing.event_on,
        standing.rep_id,
        standing.segment,
        standing.amount,
        coalesce(
            case when given.stage_id = standing.stage_id then given.crm_probability end,
            stage_probabilities.crm_probability
        ) as crm_probability,
        standing.amount is not null
        and stage_probabilities.crm_probability is null
        and not given.is_known as is_unknown
    from standing
    inner join given
        on standing.opportunity_id = given.opportunity_id
        and standing.event_on >= given.known_from
        and standing.event_on < given.known_to
    left join stage_probabilities
        on standing.month_start = stage_probabilities.month_start
        and standing.segment = stage_probabilities.segment
        and standing.stage_id = stage_probabilities.stage_id
),

days_untold as (
    select distinct event_on
    from judged
    where is_unknown
),

weighted as (
    select
        judged.event_on,
        judged.rep_id,
        judged.segment,
        sum({{ weighted('judged.amount', 'judged.crm_probability') }}) as crm_weighted_amount
    from judged
    anti join days_untold on judged.event_on = days_untold.event_on
    group by 1, 2, 3
)

select * from weighted
