-- Metrics that are sums or sums over sums: the catalog joined to the windowed measures. A count or
-- amount whose input exists is zero where nothing happened; a rate has a row where its denominator
-- has one.
with metrics as (select * from {{ ref('metrics') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

windowed as (select * from {{ ref('int_measures_windowed') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

measures as (select * from {{ ref('measures') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scope_keys as (select * from {{ ref('int_scope_keys') }}),

segments as (select * from {{ ref('segments') }}),

-- Which windows a segment's rows look through: its tier's own, else those of all.
tiered_metrics as (
    select distinct
        metric_id,
        acv_tier
    from terms
    where acv_tier <> 'all'
),

metric_segments as (
    select
        tiered_metrics.metric_id,
        tiered_metrics.acv_tier,
        segments.segment
    from tiered_metrics
    inner join segments on tiered_metrics.acv_tier = segments.acv_tier
),

valued_terms as (
    select
        terms.metric_id,
        terms.role,
        terms.slice_type,
        windowed.period_type,
        windowed.period_start,
        windowed.scope,
        windowed.segment,
        windowed.team_id,
        windowed.rep_id,
        windowed.slice_type as measure_slice_type,
        windowed.slice_id,
        windowed.measure_value
    from terms
    inner join windowed
        on terms.measure_id = windowed.measure_id and terms.window_id = windowed.window_id
    left join metric_segments
        on terms.metric_id = metric_segments.metric_id
        and windowed.segment = metric_segments.segment
    where terms.acv_tier = coalesce(metric_segments.acv_tier, 'all')
        and terms.role in ('numerator', 'denominator', 'n_measure')
        and {{ listed_in('windowed.scope', 'terms.scopes') }}
        and {{ listed_in('windowed.period_type', 'terms.period_types') }}
),

-- A share's denominator is the whole: it has no slice and serves every slice.
whole_terms as (
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from valued_terms
    where measure_slice_type <> slice_type
    group by 1, 2, 3, 4, 5, 6, 7
),

-- An input without a single row is not there: no metric that needs it is ever reported as zero.
inputs as (
    select
        measures.input,
        min(daily.measured_on) as first_day
    from daily
    inner join measures on daily.measure_id = measures.measure_id
    group by 1
),

instrumented_from as (
    select
        measures.measure_id,
        inputs.first_day
    from measures
    inner join inputs on measures.input = inputs.input
),

zero_rows as (
    select
        metrics.metric_id,
        periods.period_type,
        periods.period_start,
        scope_keys.scope,
        scope_keys.segment,
        scope_keys.team_id,
        scope_keys.rep_id,
        'all' as slice_id
    from metrics
    inner join instrumented_from on metrics.numerator = instrumented_from.measure_id
    inner join periods
        on {{ listed_in('periods.period_type', 'metrics.period_types') }}
        and instrumented_from.first_day <= periods.window_end
    inner join scope_keys
        on {{ listed_in('scope_keys.scope', 'metrics.scopes') }}
        and periods.window_end >= scope_keys.first_day
        and periods.period_start <= scope_keys.last_day
    where metrics.method = 'sum' and metrics.slice_type = 'all'
),

-- The rows that are zero at least, and what was measured.
placed as (
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id,
        role,
        measure_value
    from valued_terms
    where measure_slice_type = slice_type
    union all
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id,
        cast(null as {{ dbt.type_string() }}) as role,
        cast(null as decimal(38, 4)) as measure_value
    from zero_rows
),

reported as (
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id,
        max(case when role = 'numerator' then measure_value end) as numerator,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from placed
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

summed as (
    select
        metrics.metric_id,
        reported.period_type,
        reported.period_start,
        periods.period_end,
        reported.scope,
        reported.segment,
        reported.team_id,
        reported.rep_id,
        metrics.slice_type,
        reported.slice_id,
        cast(coalesce(reported.numerator, 0) as double) as numerator,
        cast(coalesce(reported.denominator, whole_terms.denominator) as double) as denominator,
        cast(coalesce(reported.n, whole_terms.n, 0) as bigint) as n,
        metrics.method,
        metrics.unit,
        metrics.has_interval,
        periods.is_complete
    from reported
    inner join metrics on reported.metric_id = metrics.metric_id
    inner join periods
        on reported.period_type = periods.period_type
        and reported.period_start = periods.period_start
    inner join instrumented_from
        on metrics.numerator = instrumented_from.measure_id
        and periods.window_end >= instrumented_from.first_day
    left join whole_terms
        on reported.metric_id = whole_terms.metric_id
        and reported.period_type = whole_terms.period_type
        and reported.period_start = whole_terms.period_start
        and reported.segment = whole_terms.segment
        and reported.team_id = whole_terms.team_id
        and reported.rep_id = whole_terms.rep_id
),

valued as (
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id,
        numerator,
        denominator,
        -- A window that holds only the reversal of an earlier closing has nothing to rate, and its
        -- share is no share: numerator and denominator stand, the value is null.
        case
            when method = 'sum' then numerator
            when unit = 'share' and (numerator < 0 or numerator > denominator) then null
            when denominator > 0 then numerator / nullif(denominator, 0)
        end as metric_value,
        n,
        case when has_interval then {{ wilson_low('numerator', 'denominator') }} end
            as ci_low,
        case when has_interval then {{ wilson_high('numerator', 'denominator') }} end
            as ci_high,
        is_complete
    from summed
    -- A rate says something only where there was something to rate.
    where method = 'sum' or denominator is not null
)

select * from valued
