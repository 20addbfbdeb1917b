-- No metric, scope, period type or slice outside the catalog, and none of its instrumented metrics
-- missing: the long table has exactly the rows the registry promises.
with metric_values as (
    select distinct
        metric_id,
        scope,
        period_type,
        slice_type
    from {{ ref('metric_values') }}
),

metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

-- A measure that is zero throughout may be no measure at all, and a metric speaks from the first
-- case of its numerator on: where the last of its denominator lies before, there is nothing to say.
daily as (
    select
        measure_id,
        min(measured_on) as first_day,
        max(measured_on) as last_day
    from {{ ref('int_measures_daily') }}
    where measure_value <> 0
    group by measure_id
),

-- What asks for evidence may have none.
evidence as (select * from {{ configured('metric_evidence') }}),

unpromised as (
    select metric_values.metric_id
    from metric_values
    left join metrics on metric_values.metric_id = metrics.metric_id
    left join grains
        on metric_values.metric_id = grains.metric_id
        and metric_values.scope = grains.scope
        and metric_values.period_type = grains.period_type
    where
        metrics.metric_id is null
        or grains.metric_id is null
        or metrics.slice_type <> metric_values.slice_type
),

missing as (
    select metrics.metric_id
    from metrics
    inner join daily as numerators on metrics.numerator = numerators.measure_id
    inner join daily as denominators
        on coalesce(metrics.denominator, metrics.numerator) = denominators.measure_id
        and numerators.first_day <= denominators.last_day
    anti join metric_values on metrics.metric_id = metric_values.metric_id
    anti join evidence on metrics.metric_id = evidence.metric_id
),

broken as (
    select * from unpromised
    union all
    select * from missing
)

select * from broken
