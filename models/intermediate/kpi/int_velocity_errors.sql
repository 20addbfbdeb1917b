-- How far the logarithm of velocity is off by chance, squared (delta method): of its four drivers,
-- the open deals as a count, the win rate as a share, deal size and cycle as means of 90 days. Of
-- weeks, whose spreads are kept.
with velocities as (select * from {{ ref('int_velocity') }}),

spreads as (select * from {{ ref('int_kpi_spreads') }}),

spread_errors as (
    select
        metric_id,
        period_start,
        segment,
        team_id,
        rep_id,
        {{ variance_of_mean('n', 'sum_x', 'sum_xx') }} as variance
    from spreads
    where period_type = 'week'
        and metric_id in ('avg_deal_size_t90', 'sales_cycle_days_t90')
),

velocity_errors as (
    select
        velocities.period_start,
        velocities.segment,
        velocities.team_id,
        velocities.rep_id,
        velocities.velocity,
        1 / nullif(velocities.open_qualified_count, 0)
        + (1 - velocities.win_rate) / nullif(cast(velocities.won_count as double), 0)
        + sizes.variance
        + cycles.variance as log_variance
    from velocities
    inner join spread_errors as sizes
        on sizes.metric_id = 'avg_deal_size_t90'
        and velocities.period_start = sizes.period_start
        and velocities.segment = sizes.segment
        and velocities.team_id = sizes.team_id
        and velocities.rep_id = sizes.rep_id
    inner join spread_errors as cycles
        on cycles.metric_id = 'sales_cycle_days_t90'
        and velocities.period_start = cycles.period_start
        and velocities.segment = cycles.segment
        and velocities.team_id = cycles.team_id
        and velocities.rep_id = cycles.rep_id
    where velocities.period_type = 'week' and velocities.velocity > 0
)

select * from velocity_errors
