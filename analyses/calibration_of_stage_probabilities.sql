-- Do deals come in as often as their stage's probability said? One row per tenth of the predicted
-- probability, and one for all, with the Brier score (mean squared miss, smaller is better) of the
-- historical probability and of the CRM's stage default on the same deals. Each first visit of an
-- open stage counts once, with the probability of the month it was entered, once the deal is
-- decided. Entries of the first half year are left out: history then knows only the deals that were
-- decided fastest, and they win less often than the rest. So are the last 120 days: of the young
-- entries only the fast ones are decided yet.
with visits as (select * from {{ ref('int_stage_visits') }}),

opportunities as (select * from {{ ref('fct_opportunities') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

calendar as (select * from {{ ref('dim_dates') }}),

bounds as (
    select
        min(date_day) + 180 as first_day,
        {{ as_of_date() }} - 120 as last_day
    from calendar
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
        concat(
            cast(10 * least(cast(floor(probability * 10) as integer), 9) as string), ' % and more'
        ) as predicted_band,
        *
    from judged
    union all
    select
        'all' as predicted_band,
        *
    from judged
),

calibration as (
    select
        predicted_band,
        count(*) as deals,
        avg(probability) as predicted_share,
        avg(outcome) as realised_share,
        100 * (avg(probability) - avg(outcome)) as points_too_high,
        avg(power(probability - outcome, 2)) as brier_score,
        avg(crm_probability) as crm_predicted_share,
        avg(power(crm_probability - outcome, 2)) as crm_brier_score
    from grouped
    group by predicted_band
)

select * from calibration
order by predicted_band
