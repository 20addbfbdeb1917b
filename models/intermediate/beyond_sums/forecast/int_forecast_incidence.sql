-- The cumulative incidence of winning, with losing as the competing exit: how likely a deal that
-- has stood in a stage so many weeks is won within so many more, through whatever stages. A week
-- more is one more step of the same chain: the chance to be won in the first week, and else what
-- the place the deal is in by then has in the weeks that remain. Written out for all weeks, because
-- no recursion is common to all engines. Long, because of that.
{%- set last = farthest_week() | int %}
with kernels as (select * from {{ ref('int_forecast_kernels') }}),

states as (
    select
        row_number() over (order by learnt_until, segment, stage_id, weeks_in_stage) as state_id,
        learnt_until,
        segment,
        stage_id,
        weeks_in_stage,
        max(deals) as deals,
        max(case when outcome = 'won' then week_share else 0 end) as won_share
    from kernels
    group by learnt_until, segment, stage_id, weeks_in_stage
),

-- Where a deal that is not decided may stand a week later. A place leads to itself too, with
-- nothing won on the way: by it a step brings along what the weeks before have told.
edges as (
    select
        states.state_id,
        states.won_share,
        to_states.state_id as to_state_id,
        kernels.week_share,
        false as is_itself
    from states
    inner join kernels
        on states.learnt_until = kernels.learnt_until
        and states.segment = kernels.segment
        and states.stage_id = kernels.stage_id
        and states.weeks_in_stage = kernels.weeks_in_stage
        and kernels.outcome in ('stayed', 'moved')
    inner join states as to_states
        on kernels.learnt_until = to_states.learnt_until
        and kernels.segment = to_states.segment
        and kernels.to_stage_id = to_states.stage_id
        and kernels.to_weeks_in_stage = to_states.weeks_in_stage
    union all
    select
        state_id,
        won_share,
        state_id as to_state_id,
        0 as week_share,
        true as is_itself
    from states
),

step_1 as (
    select
        state_id,
        won_share as week_1
    from states
),

{% for step in range(2, last + 1) -%}
step_{{ step }} as (
    select
        edges.state_id,
        {% for week in range(1, step) -%}
        max(case when edges.is_itself then later.week_{{ week }} end) as week_{{ week }},
        {% endfor -%}
        max(edges.won_share) + {{ won_later('week_' ~ (step - 1)) }} as week_{{ step }}
    from edges
    inner join step_{{ step - 1 }} as later on edges.to_state_id = later.state_id
    group by edges.state_id
),

{% endfor -%}
weeks as (
    {%- for week in range(last + 1) %}
    select {{ week }} as weeks_ahead
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

incidence as (
    select
        states.learnt_until,
        states.segment,
        states.stage_id,
        states.weeks_in_stage,
        states.deals,
        weeks.weeks_ahead,
        case weeks.weeks_ahead
            when 0 then 0
            {%- for week in range(1, last + 1) %}
            when {{ week }} then step_{{ last }}.week_{{ week }}
            {%- endfor %}
        end as incidence
    from states
    inner join step_{{ last }} on states.state_id = step_{{ last }}.state_id
    cross join weeks
)

select * from incidence
