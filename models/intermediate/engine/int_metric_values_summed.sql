-- Metrics that are sums or sums over sums: the catalog joined to the sums of measures. A count or
-- amount whose input exists is zero where nothing happened; a rate has a row where its denominator
-- has one, a share of a whole in every slice that has occurred before. Long, because places and
-- periods stay numbers until the roles stand side by side.
with metrics as (select * from {{ configured('metrics') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

places as (select * from {{ ref('int_metric_places') }}),

term_keys as (select * from {{ ref('int_metric_term_keys') }}),

looks as (select * from {{ ref('int_term_windows') }}),

sums as (select * from {{ ref('int_window_sums') }}),

zeros as (select * from {{ ref('int_metric_zeros') }}),

slices_seen as (select * from {{ ref('int_slices_seen') }}),

told as (select * from {{ ref('int_measures_told') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

valued_terms as (
    select
        term_keys.place_number,
        term_keys.whole_number,
        looks.period_number,
        term_keys.is_whole,
        term_keys.role,
        sums.measure_value
    from sums
    inner join term_keys on sums.reported_number = term_keys.reported_number
    inner join looks
        on term_keys.look_number = looks.look_number
        and sums.window_number = looks.window_number
),

-- A share's denominator is the whole: it has no slice and serves every slice.
wholes as (
    select
        whole_number,
        period_number,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from valued_terms
    where is_whole
    group by 1, 2
),

-- What was measured, and the rows that are zero at least.
placed as (
    select
        place_number,
        period_number,
        role,
        measure_value
    from valued_terms
    where not is_whole
    union all
    select
        place_number,
        period_number,
        cast(null as {{ dbt.type_string() }}) as role,
        cast(null as decimal(38, 4)) as measure_value
    from zeros
    union all
    select
        slices_seen.place_number,
        wholes.period_number,
        cast(null as {{ dbt.type_string() }}) as role,
        cast(null as decimal(38, 4)) as measure_value
    from slices_seen
    inner join wholes
        on slices_seen.whole_number = wholes.whole_number and wholes.denominator > 0
    inner join periods
        on wholes.period_number = periods.period_number
        and slices_seen.first_day <= periods.window_end
),

reported as (
    select
        place_number,
        period_number,
        max(case when role = 'numerator' then measure_value end) as numerator,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from placed
    group by 1, 2
),

told_days as (
    select distinct
        daily.measure_id,
        daily.measured_on
    from daily
    inner join told on daily.measure_id = told.measure_id and told.is_told_by_day
),

summed as (
    select
        metrics.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        places.scope,
        places.segment,
        places.team_id,
        places.rep_id,
        metrics.slice_type,
        places.slice_id,
        cast(coalesce(reported.numerator, 0) as double) as numerator,
        cast(coalesce(reported.denominator, wholes.denominator) as double) as denominator,
        cast(coalesce(reported.n, wholes.n, 0) as bigint) as n,
        metrics.method,
        metrics.unit,
        metrics.has_interval,
        periods.is_complete
    from reported
    inner join periods on reported.period_number = periods.period_number
    inner join places on reported.place_number = places.place_number
    inner join metrics on places.metric_id = metrics.metric_id
    inner join told
        on metrics.numerator = told.measure_id and periods.window_end >= told.first_day
    left join wholes
        on places.whole_number = wholes.whole_number
        and reported.period_number = wholes.period_number
    left join told_days
        on metrics.numerator = told_days.measure_id
        and periods.window_end = told_days.measured_on
    where not told.is_told_by_day or told_days.measured_on is not null
),

metric_values_summed as (
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
        -- Deals with negative amounts leave a share that is none: numerator and denominator stand,
        -- the value is null.
        case
            when method = 'sum' then numerator
            when unit = 'share' and (numerator < 0 or numerator > denominator) then null
            when denominator > 0 then numerator / nullif(denominator, 0)
        end as metric_value,
        n,
        case when has_interval then {{ wilson('low', 'numerator', 'denominator') }} end
            as ci_low,
        case when has_interval then {{ wilson('high', 'numerator', 'denominator') }} end
            as ci_high,
        is_complete
    from summed
    -- A rate says something only where there was something to rate.
    where method = 'sum' or denominator is not null
)

select * from metric_values_summed
