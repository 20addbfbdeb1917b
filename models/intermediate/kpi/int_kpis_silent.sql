-- Complete periods in which a KPI has no value for the company: because its input never told
-- anything by then, or because there was nothing to rate. A KPI no company has is asked of nobody
-- once it is instrumented.
with readings as (select * from {{ ref('int_kpi_readings') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

owners as (select * from {{ configured('kpi_owners') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

-- Days are reported for two weeks only, so they cannot tell when a metric began. The company's rows
-- may begin later than those of a team whose CRM tells more.
first_readings as (
    select
        metric_id,
        coalesce(
            min(period_end) filter (where scope = 'company'), min(period_end)
        ) as first_period_end
    from readings
    where period_type <> 'day'
    group by metric_id
),

company_readings as (
    select distinct
        metric_id,
        period_type,
        period_start
    from readings
    where scope = 'company'
),

reported_for as (
    select
        metric_id,
        period_type,
        bool_or(scope = 'company') as has_company_scope
    from grains
    group by metric_id, period_type
),

kpis_silent as (
    select
        owners.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        coalesce(first_readings.first_period_end <= periods.period_end, false) as is_instrumented
    from owners
    inner join reported_for on owners.metric_id = reported_for.metric_id
    inner join periods on reported_for.period_type = periods.period_type
    left join first_readings on owners.metric_id = first_readings.metric_id
    anti join company_readings
        on owners.metric_id = company_readings.metric_id
        and periods.period_type = company_readings.period_type
        and periods.period_start = company_readings.period_start
    where periods.is_complete
        and (
            reported_for.has_company_scope
            or not coalesce(first_readings.first_period_end <= periods.period_end, false)
        )
)

select * from kpis_silent
