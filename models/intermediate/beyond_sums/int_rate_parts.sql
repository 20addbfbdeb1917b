-- A share and what it was 90 days before, taken apart by segment: what each segment weighs and how
-- it does, in both windows. Long, because each part stands there twice, for now and for then.
with metric_values as (
    select *
    from {{ ref('int_metric_values_summed') }}
    where metric_id in ('win_rate_t90', 'stage_conversion_rate', 'stage_win_rate')
        and period_type = 'week'
        and scope = 'segment'
),

baselines as (
    select *
    from {{ ref('int_metric_baselines') }}
    where metric_id in ('win_rate_t90', 'stage_conversion_rate', 'stage_win_rate')
        and period_type = 'week'
        and scope = 'segment'
),

paired as (
    select
        coalesce(metric_values.metric_id, baselines.metric_id) as metric_id,
        coalesce(metric_values.slice_id, baselines.slice_id) as slice_id,
        coalesce(metric_values.period_start, baselines.period_start) as period_start,
        coalesce(metric_values.segment, baselines.segment) as segment,
        coalesce(metric_values.numerator, 0) as numerator,
        coalesce(metric_values.denominator, 0) as denominator,
        coalesce(baselines.baseline_numerator, 0) as baseline_numerator,
        coalesce(baselines.baseline_denominator, 0) as baseline_denominator
    from metric_values
    full join baselines
        on metric_values.metric_id = baselines.metric_id
        and metric_values.slice_id = baselines.slice_id
        and metric_values.period_start = baselines.period_start
        and metric_values.segment = baselines.segment
),

weighed as (
    select
        *,
        sum(numerator) over (partition by metric_id, slice_id, period_start)
            as company_numerator,
        sum(denominator) over (partition by metric_id, slice_id, period_start)
            as company_denominator,
        sum(baseline_numerator) over (partition by metric_id, slice_id, period_start)
            as company_baseline_numerator,
        sum(baseline_denominator) over (partition by metric_id, slice_id, period_start)
            as company_baseline_denominator
    from paired
),

-- What does not lie within 0 and 1 is no share.
parts as (
    select
        metric_id,
        slice_id,
        period_start,
        segment,
        numerator,
        denominator,
        baseline_numerator,
        baseline_denominator,
        case
            when denominator > 0 and numerator >= 0 and numerator <= denominator
                then numerator / nullif(denominator, 0)
        end as rate,
        case
            when
                baseline_denominator > 0
                and baseline_numerator >= 0
                and baseline_numerator <= baseline_denominator
                then baseline_numerator / nullif(baseline_denominator, 0)
        end as baseline_rate,
        company_denominator,
        company_baseline_denominator,
        company_numerator / nullif(company_denominator, 0) as company_rate,
        company_baseline_numerator / nullif(company_baseline_denominator, 0)
            as company_baseline_rate
    from weighed
    where
        company_denominator > 0
        and company_numerator >= 0
        and company_numerator <= company_denominator
        and company_baseline_denominator > 0
        and company_baseline_numerator >= 0
        and company_baseline_numerator <= company_baseline_denominator
)

select * from parts
