-- Coverage at the end of each period, read off the curve. Where the open pipeline is not known
-- there is no row: nothing is measured.
with compared as (select * from {{ ref('int_coverage_compared') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

standing as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        compared.*
    from periods
    inner join compared on periods.window_end = compared.calendar_day
),

-- n is the deals open, and for what is required the quarters it was learnt from.
measured as (
    select
        'coverage_ratio' as metric_id,
        standing.*,
        cast(standing.open_amount as double) as numerator,
        cast(standing.target_amount as double) as denominator,
        standing.coverage as metric_value,
        standing.open_deals as n
    from standing
    where standing.target_amount is not null and standing.open_amount is not null
    union all
    select
        'remaining_coverage_ratio' as metric_id,
        standing.*,
        cast(standing.open_amount as double) as numerator,
        cast(standing.target_amount - standing.won_amount as double) as denominator,
        standing.remaining as metric_value,
        standing.open_deals as n
    from standing
    where standing.target_amount is not null and standing.open_amount is not null
    union all
    select
        'required_coverage_ratio' as metric_id,
        standing.*,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        standing.required as metric_value,
        standing.required_quarters as n
    from standing
    where standing.required is not null and standing.open_amount is not null
),

metric_values_coverage as (
    select
        measured.metric_id,
        measured.period_type,
        measured.period_start,
        measured.period_end,
        measured.scope,
        measured.segment,
        measured.team_id,
        measured.rep_id,
        'all' as slice_type,
        'all' as slice_id,
        measured.numerator,
        measured.denominator,
        measured.metric_value,
        cast(measured.n as bigint) as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        measured.is_complete
    from measured
    inner join grains
        on measured.metric_id = grains.metric_id
        and measured.scope = grains.scope
        and measured.period_type = grains.period_type
)

select * from metric_values_coverage
