-- What each open deal brings to the forecast of the as-of day, and where its chance comes from.
with spans as (
    select *
    from {{ ref('int_pipeline_spans') }}
    where from_day <= {{ as_of_date() }} and to_day > {{ as_of_date() }}
),

days as (
    select *
    from {{ ref('int_forecast_days') }}
    where forecast_on = {{ as_of_date() }}
),

chances as (select * from {{ ref('int_forecast_chances') }}),

ratios as (select * from {{ ref('int_forecast_amount_ratios') }}),

paces as (select * from {{ ref('int_forecast_paces') }}),

placed as (
    select
        days.forecast_on,
        days.quarters_ahead,
        days.quarter_start,
        days.learnt_until,
        spans.opportunity_id,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        spans.stage_id,
        spans.entered_on,
        {{ days_between('spans.entered_on', 'days.forecast_on') }} as days_in_stage,
        {{ weeks_in_stage('spans.entered_on', 'days.forecast_on') }} as weeks_in_stage,
        spans.close_date,
        spans.amount
    from spans
    cross join days
),

forecast_deals as (
    select
        placed.forecast_on,
        placed.quarter_start,
        cast(placed.quarters_ahead as bigint) as quarters_ahead,
        placed.opportunity_id,
        placed.segment,
        placed.team_id,
        placed.rep_id,
        placed.stage_id,
        cast(placed.days_in_stage as bigint) as days_in_stage,
        placed.close_date,
        placed.amount,
        chances.chance,
        coalesce(ratios.ratio, 1) as amount_ratio,
        coalesce(paces.pace_factor, 1) as pace_factor,
        placed.amount * chances.chance * coalesce(ratios.ratio, 1) * coalesce(paces.pace_factor, 1)
            as expected_amount,
        cast(placed.weeks_in_stage as bigint) as cell_weeks_in_stage,
        coalesce(cast(chances.deals as bigint), 0) as cell_deals
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
    left join paces
        on placed.forecast_on = paces.forecast_on
        and placed.quarters_ahead = paces.quarters_ahead
        and placed.segment = paces.segment
)

select * from forecast_deals
order by quarter_start, opportunity_id
