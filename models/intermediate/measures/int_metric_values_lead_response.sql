-- How long leads wait for the first touch: quantiles of the Kaplan-Meier curve, which keeps the
-- leads that still wait. Long, because the curve is made here, step by step.
{%- set clocks = {'calendar': 'waited_micros', 'business': 'waited_open_micros'} %}
{%- set keys = [
    'clock', 'period_type', 'period_start', 'scope', 'segment', 'team_id', 'rep_id', 'slice_id',
] %}
with waits as (select * from {{ ref('int_lead_waits') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scopes as (select * from {{ ref('int_scopes') }}),

metrics as (
    select *
    from {{ ref('metrics') }}
    where
        metric_id in (
            'lead_response_minutes',
            'lead_response_minutes_p95',
            'lead_response_business_minutes',
            'lead_unanswered_share'
        )
),

clocked as (
    {%- for clock, column in clocks.items() %}
    {%- for slice in ['all', 'hot'] %}
    select
        '{{ clock }}' as clock,
        '{{ slice }}' as slice_id,
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        is_answered,
        {{ column }} as waited_micros
    from waits
    where {{ column }} is not null{{ ' and is_hot' if slice == 'hot' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

reported_scopes as (
    select distinct scopes.*
    from scopes
    inner join metrics on {{ listed_in('scopes.scope', 'metrics.scopes') }}
),

-- Leads with the same wait are one step of the curve.
steps as (
    select
        clocked.clock,
        clocked.period_type,
        clocked.period_start,
        reported_scopes.scope,
        case when reported_scopes.keeps_segment then clocked.segment else 'all' end as segment,
        case when reported_scopes.keeps_team then clocked.team_id else 'all' end as team_id,
        case when reported_scopes.keeps_rep then clocked.rep_id else 'all' end as rep_id,
        clocked.slice_id,
        clocked.waited_micros,
        count(*) as lead_count,
        count(*) filter (where clocked.is_answered) as answered_count
    from clocked
    cross join reported_scopes
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- Windows over a number are three times as fast as over eight texts.
celled as (
    select
        *,
        {{ hash_64(
            "concat_ws('|', clock, period_type, scope, segment, team_id, rep_id, slice_id)"
        ) }} as cell
    from steps
),

at_risk as (
    select
        *,
        sum(lead_count) over (
            partition by cell, period_start
            order by waited_micros desc
            rows between unbounded preceding and current row
        ) as waiting_count
    from celled
),

-- The product over the steps is a sum of logarithms; of decimals, because sums of doubles depend on
-- their order. The last step, where nobody is left, has no logarithm.
factors as (
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
),

curve as (
    select
        *,
        case
            when answered_count = waiting_count then 0
            else
                exp(
                    coalesce(
                        sum(log_factor) over (
                            partition by cell, period_start
                            order by waited_micros
                            rows between unbounded preceding and current row
                        ),
                        0
                    )
                )
        end as waiting_share
    from factors
),

-- What is one half but for the last digits is one half.
quantiles as (
    select
        {{ keys | join(',\n        ') }},
        cast(sum(lead_count) as bigint) as n,
        cast(sum(lead_count - answered_count) as double) as unanswered_count,
        min(waited_micros) filter (where waiting_share <= 0.500000001) as p50,
        min(waited_micros) filter (where waiting_share <= 0.050000001) as p95
    from curve
    group by {{ keys | join(', ') }}
),

valued as (
    select
        metrics.metric_id,
        quantiles.period_type,
        quantiles.period_start,
        periods.period_end,
        quantiles.scope,
        quantiles.segment,
        quantiles.team_id,
        quantiles.rep_id,
        metrics.slice_type,
        quantiles.slice_id,
        case when metrics.has_interval then quantiles.unanswered_count end as numerator,
        case when metrics.has_interval then cast(quantiles.n as double) end as denominator,
        case
            when metrics.metric_id = 'lead_unanswered_share'
                then quantiles.unanswered_count / nullif(cast(quantiles.n as double), 0)
            when metrics.metric_id = 'lead_response_minutes_p95'
                then {{ micros_as_minutes('quantiles.p95') }}
            else {{ micros_as_minutes('quantiles.p50') }}
        end as metric_value,
        quantiles.n,
        case
            when metrics.has_interval
                then {{ wilson_low('quantiles.unanswered_count', 'cast(quantiles.n as double)') }}
        end as ci_low,
        case
            when metrics.has_interval
                then {{ wilson_high('quantiles.unanswered_count', 'cast(quantiles.n as double)') }}
        end as ci_high,
        periods.is_complete
    from quantiles
    inner join metrics
        on quantiles.clock
        = case when metrics.metric_id like '%business%' then 'business' else 'calendar' end
        and {{ listed_in('quantiles.scope', 'metrics.scopes') }}
        and {{ listed_in('quantiles.period_type', 'metrics.period_types') }}
    inner join periods
        on quantiles.period_type = periods.period_type
        and quantiles.period_start = periods.period_start
)

select * from valued
