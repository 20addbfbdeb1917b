-- What stands open on each forecast's day and what is expected of it in the quarter, by segment,
-- team and rep. Deals that stood in a stage as long are one sum: each has the same chance. Long,
-- because days are numbered and chances brought to one row first.
with days as (select * from {{ ref('int_forecast_days') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

spans as (select * from {{ ref('int_pipeline_spans') }}),

chances as (select * from {{ ref('int_forecast_chances') }}),

ratios as (select * from {{ ref('int_forecast_amount_ratios') }}),

numbered as (
    select
        forecast_on,
        cast(row_number() over (order by forecast_on) as integer) as day_number
    from days
    where quarters_ahead = 0
),

-- The number of the first forecast's day from a day on.
next_days as (
    select
        calendar.calendar_day,
        min(numbered.day_number) over (
            order by calendar.calendar_day rows between current row and unbounded following
        ) as day_number
    from calendar
    left join numbered on calendar.calendar_day = numbered.forecast_on
),

on_days as (
    {{ numbered_runs(
        'spans', 'next_days', 'day_number',
        ['segment', 'team_id', 'rep_id', 'stage_id', 'entered_on', 'amount']
    ) }}
),

standing as (
    select
        numbered.forecast_on,
        on_days.segment,
        on_days.team_id,
        on_days.rep_id,
        on_days.stage_id,
        {{ weeks_in_stage('on_days.entered_on', 'numbered.forecast_on') }} as weeks_in_stage,
        count(*) as deals,
        sum(coalesce(on_days.amount, 0)) as amount,
        sum({{ squared('on_days.amount') }}) as squared_amount
    from on_days
    inner join numbered on on_days.day_number = numbered.day_number
    group by 1, 2, 3, 4, 5, 6
),

cells as (
    select
        chances.forecast_on,
        chances.segment,
        chances.stage_id,
        chances.weeks_in_stage,
        coalesce(max(ratios.ratio), 1) as ratio,
        max(chances.chance) filter (where chances.quarters_ahead = 0) as chance_0,
        max(chances.chance) filter (where chances.quarters_ahead = 1) as chance_1
    from chances
    inner join days
        on chances.forecast_on = days.forecast_on
        and chances.quarters_ahead = days.quarters_ahead
    left join ratios
        on days.learnt_until = ratios.learnt_until
        and chances.segment = ratios.segment
        and chances.stage_id = ratios.stage_id
    group by 1, 2, 3, 4
),

-- A stage nobody has been seen in yet says nothing: its deals stand there without a chance.
expected as (
    select
        standing.forecast_on,
        standing.segment,
        standing.team_id,
        standing.rep_id,
        {%- for quarters_ahead in [0, 1] %}
        {%- set chance = 'cells.chance_' ~ quarters_ahead %}
        sum({{ fixed('standing.amount * ' ~ chance ~ ' * cells.ratio') }})
            as expected_amount_{{ quarters_ahead }},
        sum(
            cast(
                cast(standing.squared_amount as double) * cells.ratio * cells.ratio
                * {{ chance }} * (1 - {{ chance }}) as decimal(38, 4)
            )
        ) as variance_{{ quarters_ahead }},
        {%- endfor %}
        sum(standing.deals) as deals,
        sum(standing.amount) as amount
    from standing
    left join cells
        on standing.forecast_on = cells.forecast_on
        and standing.segment = cells.segment
        and standing.stage_id = cells.stage_id
        and standing.weeks_in_stage = cells.weeks_in_stage
    group by 1, 2, 3, 4
),

forecast_of_open as (
    {% for quarters_ahead in [0, 1] -%}
    {% if not loop.first %}union all{% endif %}
    select
        forecast_on,
        {{ quarters_ahead }} as quarters_ahead,
        segment,
        team_id,
        rep_id,
        deals,
        amount,
        expected_amount_{{ quarters_ahead }} as expected_amount,
        variance_{{ quarters_ahead }} as variance
    from expected
    {% endfor -%}
)

select * from forecast_of_open
