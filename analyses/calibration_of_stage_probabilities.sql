-- Do deals come in as often as their stage's probability said? One row per tenth of the entries,
-- from the least to the most likely, and one for all, with the Brier score (mean squared miss,
-- smaller is better) of the historical probability and of the CRM's stage default on the same
-- deals. Each first visit of an open stage counts once, with the probability of the month it was
-- entered, once the deal is decided. The first half year of probabilities is left out: history then
-- knows only the deals that were decided fastest, and underrates the rest. So are entries of the
-- last 120 days: of the young only the fast ones are decided yet. Long, because entries,
-- probabilities and outcomes are brought together first.
with visits as (select * from {{ ref('int_stage_visits') }}),

opportunities as (select * from {{ ref('fct_opportunities') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

bounds as (
    select
        min(month_start) + 180 as first_day,
        {{ as_of_date() }} - 120 as last_day
    from probabilities
    where probability is not null
),

entries as (
    select
        visits.opportunity_id,
        visits.stage_id,
        visits.entry_segment as segment,
        {{ business_day('visits.entered_at') }} as entered_on
    from visits
    where visits.stage_visit_number = 1 and not visits.is_closed_stage
),

judged as (
    select
        ntile(10) over (
            order by probabilities.probability, entries.opportunity_id, entries.stage_id
        ) as decile,
        probabilities.probability,
        probabilities.crm_probability,
        case when opportunities.status = 'won' then 1.0 else 0.0 end as outcome
    from entries
    inner join opportunities on entries.opportunity_id = opportunities.opportunity_id
    inner join bounds
        on entries.entered_on >= bounds.first_day and entries.entered_on <= bounds.last_day
    inner join probabilities
        on entries.segment = probabilities.segment
        and entries.stage_id = probabilities.stage_id
        and probabilities.month_start = {{ month_start('entries.entered_on') }}
    where opportunities.status in ('won', 'lost') and probabilities.probability is not null
),

grouped as (
    select
        cast(decile as string) as decile,
        decile as place,
        probability,
        crm_probability,
        outcome
    from judged
    union all
    select
        'all' as decile,
        11 as place,
        probability,
        crm_probability,
        outcome
    from judged
),

calibration as (
    select
        decile,
        place,
        count(*) as deals,
        avg(probability) as predicted,
        avg(outcome) as realised,
        100 * (avg(probability) - avg(outcome)) as points_off,
        avg(power(probability - outcome, 2)) as brier,
        avg(crm_probability) as crm_predicted,
        avg(power(crm_probability - outcome, 2)) as crm_brier
    from grouped
    group by decile, place
)

select
    decile,
    deals,
    predicted,
    realised,
    points_off,
    brier,
    crm_predicted,
    crm_brier
from calibration
order by place
