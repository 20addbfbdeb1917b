-- What each metric says now: its values of the last complete period of its cadence, at every scope.
-- A metric that is not instrumented has one row without a value. Long, because cadence, last period
-- and baseline are all looked up here.
with metric_values as (select * from {{ ref('int_metric_values_unioned') }}),

baselines as (select * from {{ ref('int_metric_baselines') }}),

metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

standards as (select * from {{ configured('kpi_standards') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

-- A breach of weeks is open beside the value of a month, too.
in_breach as (
    select distinct
        metric_id,
        segment,
        team_id,
        rep_id,
        slice_id
    from {{ ref('int_kpi_breach_periods') }}
    where closed_on is null
),

reported_for as (
    select
        metric_id,
        bool_or(period_type = 'day') as has_days,
        bool_or(period_type = 'week') as has_weeks,
        bool_or(period_type = 'month') as has_months
    from grains
    group by metric_id
),

cadences as (
    select
        metrics.metric_id,
        metrics.timing,
        metrics.min_n,
        standards.tier,
        -- A metric of longer periods than its cadence is looked at says the same for a while.
        case
            when standards.cadence = 'daily' and reported_for.has_days then 'day'
            when standards.cadence = 'weekly' and reported_for.has_weeks then 'week'
            when
                coalesce(standards.cadence, 'monthly') <> 'quarterly'
                and reported_for.has_months
                then 'month'
            else 'quarter'
        end as period_type
    from metrics
    inner join reported_for on metrics.metric_id = reported_for.metric_id
    left join standards on metrics.metric_id = standards.metric_id
),

last_periods as (
    select
        period_type,
        max(period_start) as period_start
    from periods
    where is_complete
    group by period_type
),

-- Read apart: what is read twice is kept in memory, with every row and column.
instrumented as (
    select distinct metric_id
    from {{ ref('int_metric_values_unioned') }}
    where is_complete
),

current_values as (
    select
        cadences.metric_id,
        cadences.timing,
        cadences.tier,
        cadences.min_n,
        cadences.period_type,
        last_periods.period_start,
        coalesce(metric_values.scope, 'company') as scope,
        coalesce(metric_values.segment, 'all') as segment,
        coalesce(metric_values.team_id, 'all') as team_id,
        coalesce(metric_values.rep_id, 'all') as rep_id,
        coalesce(metric_values.slice_type, 'all') as slice_type,
        coalesce(metric_values.slice_id, 'all') as slice_id,
        metric_values.numerator,
        metric_values.denominator,
        metric_values.metric_value,
        coalesce(metric_values.n, 0) as n,
        instrumented.metric_id is not null as is_instrumented
    from cadences
    left join last_periods on cadences.period_type = last_periods.period_type
    left join instrumented on cadences.metric_id = instrumented.metric_id
    left join metric_values
        on cadences.metric_id = metric_values.metric_id
        and last_periods.period_type = metric_values.period_type
        and last_periods.period_start = metric_values.period_start
),

scorecard_values as (
    select
        current_values.*,
        cast(baselines.baseline_value as double) as baseline_value,
        cast(baselines.baseline_n as bigint) as baseline_n,
        in_breach.metric_id is not null as is_in_breach
    from current_values
    left join in_breach on {{ same_series('current_values', 'in_breach') }}
    left join baselines
        on current_values.metric_id = baselines.metric_id
        and current_values.period_type = baselines.period_type
        and current_values.period_start = baselines.period_start
        and current_values.segment = baselines.segment
        and current_values.team_id = baselines.team_id
        and current_values.rep_id = baselines.rep_id
        and current_values.slice_id = baselines.slice_id
)

select * from scorecard_values
