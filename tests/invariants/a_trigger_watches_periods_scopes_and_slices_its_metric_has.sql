-- Else it would never fire, and nobody would notice.
with triggers as (select * from {{ configured('kpi_triggers') }}),

metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

baselines as (select * from {{ configured('metric_baselines') }}),

described as (
    select
        triggers.*,
        metrics.has_interval,
        metrics.slice_type,
        baselines.metric_id is not null as has_baseline
    from triggers
    inner join metrics on triggers.metric_id = metrics.metric_id
    left join baselines on triggers.metric_id = baselines.metric_id
),

watched as (
    select
        triggers.trigger_id,
        count(grains.scope) as grains_in_common
    from triggers
    left join trigger_scopes on triggers.trigger_id = trigger_scopes.trigger_id
    left join grains
        on triggers.metric_id = grains.metric_id
        and triggers.period_type = grains.period_type
        and trigger_scopes.scope = grains.scope
    group by triggers.trigger_id
),

complaints as (
    select
        trigger_id,
        'watches scopes its metric is not reported at for these periods' as complaint
    from watched
    where grains_in_common = 0
    union all
    select
        trigger_id,
        'watches a slice, and its metric has none' as complaint
    from described
    where slice_id is not null and slice_type = 'all'
    union all
    select
        trigger_id,
        'compares with expected days, which only stages have' as complaint
    from described
    where rule = 'age_multiple_above' and slice_type <> 'stage'
    union all
    select
        trigger_id,
        'compares with a baseline, and its metric has none in metric_baselines' as complaint
    from described
    where rule in ('points_below_baseline', 'pct_change_below')
        and compares_with is null
        and not has_baseline
    union all
    select
        trigger_id,
        'compares with the year before or counts discoveries, which are told of weeks alone'
            as complaint
    from described
    where (compares_with = 'year' or evidence = 'discoveries') and period_type <> 'week'
    union all
    select
        trigger_id,
        'asks for an interval, which only shares of cases and its own z have' as complaint
    from described
    where evidence = 'interval'
        and (not has_interval and rule <> 'age_multiple_above' or evidence_z is null)
    union all
    select
        trigger_id,
        'asks for an interval of a rule that has none' as complaint
    from described
    where evidence = 'interval' and rule = 'declining'
    union all
    select
        trigger_id,
        'asks for evidence of a run, which only a decline with its own z has, of a share of cases,'
        || ' of deal size, of cycle, or of weeks of velocity' as complaint
    from described
    where evidence = 'run'
        and (
            rule <> 'declining'
            or evidence_z is null
            or not (
                has_interval
                or metric_id in ('avg_deal_size_t90', 'sales_cycle_days_t90')
                or (metric_id = 'pipeline_velocity' and period_type = 'week')
            )
        )
),

broken as (
    select
        trigger_id,
        concat('The trigger ', trigger_id, ' ', complaint, '.') as sentence
    from complaints
)

select * from broken
