-- Two roads to one number: the table of methods and the metric engine, today and 90 days before.
with stage_conversion as (
    select *
    from {{ ref('stage_conversion') }}
    where method = 'exit'
),

metric_values as (
    select *
    from {{ ref('metric_values') }}
    where metric_id = 'stage_conversion_rate'
        and scope in ('company', 'segment', 'team', 'rep')
        and (period_type in ('month', 'quarter') or (period_type = 'week' and scope <> 'rep'))
),

baselines as (
    select *
    from {{ ref('int_metric_baselines') }}
    where metric_id = 'stage_conversion_rate'
),

broken as (
    select
        coalesce(stage_conversion.period_start, metric_values.period_start) as period_start,
        stage_conversion.n,
        metric_values.denominator
    from stage_conversion
    full join metric_values
        on stage_conversion.period_type = metric_values.period_type
        and stage_conversion.period_start = metric_values.period_start
        and stage_conversion.scope = metric_values.scope
        and stage_conversion.segment = metric_values.segment
        and stage_conversion.team_id = metric_values.team_id
        and stage_conversion.rep_id = metric_values.rep_id
        and stage_conversion.stage_id = metric_values.slice_id
    left join baselines
        on stage_conversion.period_type = baselines.period_type
        and stage_conversion.period_start = baselines.period_start
        and stage_conversion.scope = baselines.scope
        and stage_conversion.segment = baselines.segment
        and stage_conversion.team_id = baselines.team_id
        and stage_conversion.rep_id = baselines.rep_id
        and stage_conversion.stage_id = baselines.slice_id
    where
        stage_conversion.n is distinct from metric_values.n
        or stage_conversion.advanced is distinct from metric_values.numerator
        or stage_conversion.rate is distinct from metric_values.metric_value
        or stage_conversion.ci_low is distinct from metric_values.ci_low
        or stage_conversion.ci_high is distinct from metric_values.ci_high
        or stage_conversion.baseline_n is distinct from coalesce(baselines.baseline_n, 0)
        or stage_conversion.baseline_rate is distinct from baselines.baseline_value
)

select * from broken
