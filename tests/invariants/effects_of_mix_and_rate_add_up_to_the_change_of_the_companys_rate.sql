-- To the last digit of a double, and the rates they explain are the company's published ones.
with rate_decomposition as (select * from {{ ref('rate_decomposition') }}),

metric_values as (
    select *
    from {{ ref('metric_values') }}
    where scope = 'company' and period_type = 'week'
),

baselines as (
    select *
    from {{ ref('int_metric_baselines') }}
    where scope = 'company' and period_type = 'week'
),

explained as (
    select
        metric_id,
        slice_id,
        period_start,
        company_rate,
        company_baseline_rate,
        company_delta,
        sum(mix_effect + rate_effect) as effect
    from rate_decomposition
    group by 1, 2, 3, 4, 5, 6
),

broken as (
    select
        explained.*,
        metric_values.metric_value,
        baselines.baseline_value
    from explained
    left join metric_values
        on explained.metric_id = metric_values.metric_id
        and explained.slice_id = metric_values.slice_id
        and explained.period_start = metric_values.period_start
    left join baselines
        on explained.metric_id = baselines.metric_id
        and explained.slice_id = baselines.slice_id
        and explained.period_start = baselines.period_start
    where
        abs(explained.effect - explained.company_delta) >= 1e-12
        or abs(explained.company_rate - metric_values.metric_value) >= 1e-12
        or abs(explained.company_baseline_rate - baselines.baseline_value) >= 1e-12
        or metric_values.metric_value is null
        or baselines.baseline_value is null
)

select * from broken
