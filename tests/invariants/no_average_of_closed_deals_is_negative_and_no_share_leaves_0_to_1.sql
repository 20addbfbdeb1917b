-- Averages and rates of a window rest on what stands closed when it ends, so that a reopening
-- cannot turn one over. An amount may be negative by itself: only counts and days cannot.
with metric_values as (select * from {{ ref('metric_values') }}),

broken as (
    select
        metric_id,
        period_start,
        numerator,
        denominator
    from metric_values
    where
        metric_id in (
            'win_rate', 'win_rate_t90', 'loss_reason_share', 'stage_win_rate',
            'sales_cycle_days_t90', 'pushes_per_deal'
        )
        and (
            numerator < 0
            or denominator < 0
            or (
                metric_id not in ('sales_cycle_days_t90', 'pushes_per_deal')
                and numerator > denominator
            )
        )
)

select * from broken
