-- The change of a share, split by segment into mix (the segments' weights moved) and rate (a
-- segment does otherwise). With mean weights and mean rates the effects add up to the change, and
-- what has a rate on one side only is all mix.
with parts as (select * from {{ ref('int_rate_parts') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

metrics as (select * from {{ configured('metrics') }}),

contributions as (
    select
        *,
        denominator / nullif(company_denominator, 0) as weight,
        baseline_denominator / nullif(company_baseline_denominator, 0) as baseline_weight,
        numerator / nullif(company_denominator, 0)
        - baseline_numerator / nullif(company_baseline_denominator, 0) as contribution,
        rate is not null and baseline_rate is not null as has_both
    from parts
),

rate_decomposition as (
    select
        contributions.metric_id,
        contributions.slice_id,
        'week' as period_type,
        contributions.period_start,
        periods.period_end,
        periods.window_end,
        periods.window_end - 90 as baseline_window_end,
        contributions.segment,
        cast(greatest(contributions.denominator, 0) as bigint) as n,
        contributions.rate,
        cast(greatest(contributions.baseline_denominator, 0) as bigint) as baseline_n,
        contributions.baseline_rate,
        case
            when contributions.has_both
                then
                    (contributions.weight - contributions.baseline_weight)
                    * (contributions.rate + contributions.baseline_rate) / 2
            else contributions.contribution
        end as mix_effect,
        case
            when contributions.has_both
                then
                    (contributions.weight + contributions.baseline_weight) / 2
                    * (contributions.rate - contributions.baseline_rate)
            else 0
        end as rate_effect,
        -- Neither few cases nor the last digits of a difference of doubles must decide.
        contributions.has_both
        and contributions.denominator >= metrics.min_n
        and contributions.baseline_denominator >= metrics.min_n
        and contributions.rate - contributions.baseline_rate <= -0.05 + 1e-12
        and abs(contributions.company_rate - contributions.company_baseline_rate) < 0.02 - 1e-12
            as hidden_leak,
        contributions.company_rate,
        contributions.company_baseline_rate,
        contributions.company_rate - contributions.company_baseline_rate as company_delta,
        periods.is_complete
    from contributions
    inner join periods
        on periods.period_type = 'week' and contributions.period_start = periods.period_start
    inner join metrics on contributions.metric_id = metrics.metric_id
)

select * from rate_decomposition
order by metric_id, slice_id, period_start, segment
