-- What stands open on each forecast's day and what is expected of it in the quarter, by segment,
-- team and rep. Deals that stood in a stage as long are one sum: each has the same chance.
with days as (select * from {{ ref('int_forecast_days') }}),

spans as (select * from {{ ref('int_forecast_spans') }}),

chances as (select * from {{ ref('int_forecast_chances') }}),

ratios as (select * from {{ ref('int_forecast_amount_ratios') }}),

standing as (
    select
        days.forecast_on,
        days.learnt_until,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        spans.stage_id,
        {{ weeks_in_stage('spans.entered_on', 'days.forecast_on') }} as weeks_in_stage,
        count(*) as deals,
        sum(coalesce(spans.amount, 0)) as amount,
        sum({{ squared('spans.amount') }}) as squared_amount
    from days
    inner join spans on days.forecast_on >= spans.from_day and days.forecast_on < spans.to_day
    where days.quarters_ahead = 0
    group by 1, 2, 3, 4, 5, 6, 7
),

-- A stage nobody has been seen in yet says nothing: its deals stand there without a chance.
placed as (
    select
        standing.*,
        quarters.quarters_ahead
    from standing
    inner join days as quarters on standing.forecast_on = quarters.forecast_on
),

forecast_of_open as (
    select
        placed.forecast_on,
        placed.quarters_ahead,
        placed.segment,
        placed.team_id,
        placed.rep_id,
        sum(placed.deals) as deals,
        sum(placed.amount) as amount,
        sum(
            {{ fixed('placed.amount * chances.chance * coalesce(ratios.ratio, 1)') }}
        ) as expected_amount,
        sum(
            cast(
                cast(placed.squared_amount as double)
                * coalesce(ratios.ratio, 1) * coalesce(ratios.ratio, 1)
                * chances.chance * (1 - chances.chance) as decimal(38, 4)
            )
        ) as variance
    from placed
    left join chances
        on placed.forecast_on = chances.forecast_on
        and placed.quarters_ahead = chances.quarters_ahead
        and placed.segment = chances.segment
        and placed.stage_id = chances.stage_id
        and placed.weeks_in_stage = chances.weeks_in_stage
    left join ratios
        on placed.learnt_until = ratios.learnt_until
        and placed.segment = ratios.segment
        and placed.stage_id = ratios.stage_id
    group by 1, 2, 3, 4, 5
)

select * from forecast_of_open
