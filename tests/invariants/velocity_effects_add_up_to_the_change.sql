-- The change of velocity's logarithm is the sum of its four drivers' effects, to the last digits a
-- double has; where there is a change, every effect is there.
with drivers as (select * from {{ ref('velocity_drivers') }}),

summed as (
    select
        week_start,
        scope,
        segment,
        team_id,
        rep_id,
        log_change,
        open_qualified_count_effect
        + win_rate_effect
        + avg_deal_size_effect
        + sales_cycle_days_effect as sum_of_effects,
        greatest(1, abs(ln(velocity))) as magnitude
    from drivers
    where velocity_before is not null
),

broken as (
    select *
    from summed
    where coalesce(abs(log_change - sum_of_effects) > 1e-12 * magnitude, true)
)

select * from broken
