-- Periods for which a metric is not measured anywhere, because nothing proves that it is. Evidence
-- within 90 days of the first case counts from that case on: what is rare takes a while to occur.
-- Later evidence counts from its own day: a window that reaches further back would hold cases of
-- which nobody took note. Long, because values and the baselines beside them look at other days.
with evidence as (
    select *
    from {{ configured('metric_evidence') }}
    where kind = 'needs'
),

metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

first_days as (
    select
        measure_id,
        min(measured_on) as first_day
    from daily
    where measure_value > 0
    group by measure_id
),

windows as (
    select
        evidence.metric_id,
        case metrics.denominator_window_id
            when 't28' then 28
            when 't90' then 90
            when 't365' then 365
        end as window_days,
        proofs.first_day as proven_from,
        cases.first_day as cases_from
    from evidence
    inner join metrics on evidence.metric_id = metrics.metric_id
    left join first_days as proofs on evidence.measure_id = proofs.measure_id
    left join first_days as cases on metrics.denominator = cases.measure_id
),

-- From which day on a window may end, and from which it may begin.
dated as (
    select
        metric_id,
        window_days,
        case when proven_from < cases_from + 90 then cases_from else proven_from end
            as measured_from,
        case when proven_from >= cases_from + 90 then proven_from end as window_from
    from windows
),

reported_for as (
    select distinct
        metric_id,
        period_type
    from grains
),

looks as (
    {% for is_baseline, shift in [(false, 0), (true, 90)] -%}
    {% if not loop.first %}union all{% endif %}
    select
        dated.metric_id,
        dated.measured_from,
        dated.window_from,
        dated.window_days,
        periods.period_type,
        periods.period_start,
        periods.window_end - {{ shift }} as window_end,
        {{ is_baseline }} as is_baseline
    from dated
    inner join reported_for on dated.metric_id = reported_for.metric_id
    inner join periods on reported_for.period_type = periods.period_type
    {% endfor -%}
),

unmeasured as (
    select distinct
        metric_id,
        period_type,
        period_start,
        is_baseline
    from looks
    where measured_from is null
        or window_end < measured_from
        or window_end - window_days + 1 < window_from
)

select * from unmeasured
