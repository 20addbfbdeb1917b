with velocities as (select * from {{ ref('int_velocity') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

metric_values_velocity as (
    select
        grains.metric_id,
        velocities.period_type,
        velocities.period_start,
        velocities.period_end,
        velocities.scope,
        velocities.segment,
        velocities.team_id,
        velocities.rep_id,
        'all' as slice_type,
        'all' as slice_id,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        velocities.velocity as metric_value,
        velocities.won_count as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        velocities.is_complete
    from velocities
    inner join grains
        on grains.metric_id = 'pipeline_velocity'
        and velocities.scope = grains.scope
        and velocities.period_type = grains.period_type
    -- Null where a driver is missing, absent where there is no driver at all.
    where velocities.open_qualified_count > 0 or velocities.won_count > 0
)

select * from metric_values_velocity
