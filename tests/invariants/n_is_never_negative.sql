-- A window that holds only the reversal of an earlier closing rests on nothing, not on less.
with metric_values as (select * from {{ ref('metric_values') }}),

parts as (select * from {{ ref('rate_decomposition') }}),

counted as (
    select
        metric_id,
        period_start,
        n
    from metric_values
    union all
    select
        metric_id,
        period_start,
        least(n, baseline_n) as n
    from parts
),

broken as (
    select *
    from counted
    where n < 0
)

select * from broken
