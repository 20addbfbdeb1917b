-- Numerators and denominators of sums over events: what the segments, teams or reps hold together
-- is what the company holds. Doubles that were summed as decimals may differ in the last digits,
-- hence a tenth of a cent.
with metric_values as (select * from {{ ref('metric_values') }}),

-- A metric whose tiers look through windows of their own does not add up, by design.
metrics as (
    select metrics.*
    from {{ ref('metrics') }} as metrics
    anti join {{ ref('metric_windows') }} as metric_windows
        on metrics.metric_id = metric_windows.metric_id
    where metrics.method in ('sum', 'ratio')
),

wholes as (
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.slice_id,
        metric_values.numerator
    from metric_values
    where metric_values.scope = 'company'
),

parts as (
    select
        metric_values.metric_id,
        metric_values.scope,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.slice_id,
        sum(metric_values.numerator) as numerator
    from metric_values
    inner join metrics on metric_values.metric_id = metrics.metric_id
    where metric_values.scope <> 'company' and metrics.method = 'sum'
    group by 1, 2, 3, 4, 5
),

broken as (
    select
        parts.*,
        wholes.numerator as whole
    from parts
    inner join wholes
        on parts.metric_id = wholes.metric_id
        and parts.period_type = wholes.period_type
        and parts.period_start = wholes.period_start
        and parts.slice_id = wholes.slice_id
    where abs(parts.numerator - wholes.numerator) > 0.001
)

select * from broken
