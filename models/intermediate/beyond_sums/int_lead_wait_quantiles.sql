-- How long leads wait for the first touch: quantiles of the Kaplan-Meier curve, which keeps the
-- leads that still wait. Keys are numbers until the curve is drawn, because a lead counts in four
-- scopes. Long, because the curve is made here, step by step.
{%- set series = [
    {'clock': 'calendar', 'slice_id': 'all', 'column': 'waited_micros'},
    {'clock': 'calendar', 'slice_id': 'hot', 'column': 'waited_micros'},
    {'clock': 'business', 'slice_id': 'all', 'column': 'waited_open_micros'},
    {'clock': 'business', 'slice_id': 'hot', 'column': 'waited_open_micros'},
] %}
{#- What is one half but for the last digits is one half. -#}
{%- set log_half = 'cast(ln(0.500000001) as decimal(28, 18))' %}
{%- set log_twentieth = 'cast(ln(0.050000001) as decimal(28, 18))' %}
with waits as (select * from {{ ref('int_lead_waits') }}),

keys as (select * from {{ ref('int_lead_wait_keys') }}),

lead_keys as (
    select distinct
        key_number,
        period_type,
        period_start,
        lead_segment,
        lead_team_id,
        lead_rep_id
    from keys
),

numbered_waits as (
    select
        lead_keys.key_number,
        waits.is_answered,
        waits.is_hot,
        waits.waited_micros,
        waits.waited_open_micros
    from waits
    inner join lead_keys
        on waits.period_type = lead_keys.period_type
        and waits.period_start = lead_keys.period_start
        and waits.segment = lead_keys.lead_segment
        and waits.team_id = lead_keys.lead_team_id
        and waits.rep_id = lead_keys.lead_rep_id
),

clocked as (
    {%- for one in series %}
    select
        {{ loop.index }} as series_number,
        key_number,
        is_answered,
        {{ one.column }} as waited_micros
    from numbered_waits
    where {{ one.column }} is not null{{ ' and is_hot' if one.slice_id == 'hot' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Leads with the same wait are one step of the curve.
steps as (
    select
        keys.reported_number,
        clocked.series_number,
        clocked.waited_micros,
        count(*) as lead_count,
        count(*) filter (where clocked.is_answered) as answered_count
    from clocked
    inner join keys on clocked.key_number = keys.key_number
    group by keys.reported_number, clocked.series_number, clocked.waited_micros
),

at_risk as (
    select
        *,
        sum(lead_count) over (
            partition by reported_number, series_number
            order by waited_micros desc
            rows between unbounded preceding and current row
        ) as waiting_count
    from steps
),

-- The product over the steps is a sum of logarithms; of decimals, because sums of doubles depend on
-- their order. The last step, where nobody is left, has no logarithm, and where nobody was answered
-- the curve does not fall.
falls as (
    select
        *,
        case
            when answered_count < waiting_count
                then
                    cast(
                        ln(
                            1
                            - cast(answered_count as double)
                            / nullif(cast(waiting_count as double), 0)
                        ) as decimal(28, 18)
                    )
        end as log_factor
    from at_risk
    where answered_count > 0
),

curve as (
    select
        *,
        sum(log_factor) over (
            partition by reported_number, series_number
            order by waited_micros
            rows between unbounded preceding and current row
        ) as log_waiting_share
    from falls
),

quantiles as (
    select
        reported_number,
        series_number,
        min(waited_micros) filter (
            where answered_count = waiting_count or log_waiting_share <= {{ log_half }}
        ) as p50,
        min(waited_micros) filter (
            where answered_count = waiting_count or log_waiting_share <= {{ log_twentieth }}
        ) as p95
    from curve
    group by reported_number, series_number
),

tallies as (
    select
        reported_number,
        series_number,
        cast(sum(lead_count) as bigint) as n,
        cast(sum(lead_count - answered_count) as double) as unanswered_count
    from steps
    group by reported_number, series_number
),

reported_keys as (
    select distinct
        reported_number,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id
    from keys
),

series as (
    {%- for one in series %}
    select
        {{ loop.index }} as series_number,
        '{{ one.clock }}' as clock,
        '{{ one.slice_id }}' as slice_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

lead_wait_quantiles as (
    select
        series.clock,
        series.slice_id,
        reported_keys.period_type,
        reported_keys.period_start,
        reported_keys.scope,
        reported_keys.segment,
        reported_keys.team_id,
        reported_keys.rep_id,
        tallies.n,
        tallies.unanswered_count,
        quantiles.p50 as median_micros,
        quantiles.p95 as p95_micros
    from tallies
    inner join reported_keys on tallies.reported_number = reported_keys.reported_number
    inner join series on tallies.series_number = series.series_number
    left join quantiles
        on tallies.reported_number = quantiles.reported_number
        and tallies.series_number = quantiles.series_number
)

select * from lead_wait_quantiles
