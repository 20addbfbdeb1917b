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
{%- set keys = ['period_type', 'period_start', 'segment', 'team_id', 'rep_id'] %}
with waits as (select * from {{ ref('int_lead_waits') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scopes as (select * from {{ ref('int_scopes') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

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

distinct_keys as (
    select distinct {{ keys | join(', ') }}
    from waits
),

numbered_keys as (
    select
        *,
        row_number() over (order by {{ keys | join(', ') }}) as key_number
    from distinct_keys
),

numbered_waits as (
    select
        numbered_keys.key_number,
        waits.is_answered,
        waits.is_hot,
        waits.waited_micros,
        waits.waited_open_micros
    from waits
    inner join numbered_keys
        on waits.period_type = numbered_keys.period_type
        and waits.period_start = numbered_keys.period_start
        and waits.segment = numbered_keys.segment
        and waits.team_id = numbered_keys.team_id
        and waits.rep_id = numbered_keys.rep_id
),

reported_scopes as (
    select distinct scopes.*
    from scopes
    inner join grains on scopes.scope = grains.scope
    inner join metrics on grains.metric_id = metrics.metric_id
),

scoped_keys as (
    select
        numbered_keys.key_number,
        numbered_keys.period_type,
        numbered_keys.period_start,
        reported_scopes.scope,
        {{ reported_keys('numbered_keys', scopes='reported_scopes') }}
    from numbered_keys
    cross join reported_scopes
),

reported_keys as (
    select
        *,
        dense_rank() over (
            order by period_type, period_start, scope, segment, team_id, rep_id
        ) as reported_number
    from scoped_keys
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
        reported_keys.reported_number,
        clocked.series_number,
        clocked.waited_micros,
        count(*) as lead_count,
        count(*) filter (where clocked.is_answered) as answered_count
    from clocked
    inner join reported_keys on clocked.key_number = reported_keys.key_number
    group by reported_keys.reported_number, clocked.series_number, clocked.waited_micros
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

reported_names as (
    select distinct
        reported_number,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id
    from reported_keys
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

named as (
    select
        series.clock,
        series.slice_id,
        reported_names.*,
        tallies.n,
        tallies.unanswered_count,
        quantiles.p50,
        quantiles.p95
    from tallies
    inner join reported_names on tallies.reported_number = reported_names.reported_number
    inner join series on tallies.series_number = series.series_number
    left join quantiles
        on tallies.reported_number = quantiles.reported_number
        and tallies.series_number = quantiles.series_number
),

valued as (
    select
        metrics.metric_id,
        named.period_type,
        named.period_start,
        periods.period_end,
        named.scope,
        named.segment,
        named.team_id,
        named.rep_id,
        metrics.slice_type,
        named.slice_id,
        case when metrics.has_interval then named.unanswered_count end as numerator,
        case when metrics.has_interval then cast(named.n as double) end as denominator,
        case
            when metrics.metric_id = 'lead_unanswered_share'
                then named.unanswered_count / nullif(cast(named.n as double), 0)
            when metrics.metric_id = 'lead_response_minutes_p95'
                then {{ micros_as_minutes('named.p95') }}
            else {{ micros_as_minutes('named.p50') }}
        end as metric_value,
        named.n,
        case
            when metrics.has_interval
                then {{ wilson_low('named.unanswered_count', 'cast(named.n as double)') }}
        end as ci_low,
        case
            when metrics.has_interval
                then {{ wilson_high('named.unanswered_count', 'cast(named.n as double)') }}
        end as ci_high,
        periods.is_complete
    from named
    inner join metrics
        on named.clock
        = case when metrics.metric_id like '%business%' then 'business' else 'calendar' end
    inner join grains
        on metrics.metric_id = grains.metric_id
        and named.scope = grains.scope
        and named.period_type = grains.period_type
    inner join periods
        on named.period_type = periods.period_type
        and named.period_start = periods.period_start
)

select * from valued
