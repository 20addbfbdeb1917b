-- Metrics that are sums or sums over sums: the catalog joined to the sums of measures. A count or
-- amount whose input exists is zero where nothing happened; a rate has a row where its denominator
-- has one, a share of a whole in every slice that has occurred before. Metrics, periods and places
-- (what a value is of) are numbers until the roles stand side by side: grouping by their eight
-- words took half of this model's time. Long, because the words have to be numbered first.
with metrics as (select * from {{ ref('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

sums as (select * from {{ ref('int_measure_sums') }}),

keys as (select * from {{ ref('int_measure_keys') }}),

window_days as (select * from {{ ref('int_window_days') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

measures as (select * from {{ ref('measures') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scope_keys as (select * from {{ ref('int_scope_keys') }}),

segments as (select * from {{ ref('segments') }}),

numbered_metrics as (
    select
        *,
        row_number() over (order by metric_id) as metric_number
    from metrics
),

numbered_periods as (
    select
        *,
        row_number() over (order by period_type, period_start) as period_number
    from periods
),

reported_keys as (
    select distinct
        reported_number,
        measure_id,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id
    from keys
),

places as (
    select
        scope,
        segment,
        team_id,
        rep_id,
        slice_id
    from reported_keys
    union
    select
        scope,
        segment,
        team_id,
        rep_id,
        'all' as slice_id
    from scope_keys
),

-- All slices of one scope's key have one whole.
numbered_places as (
    select
        *,
        row_number() over (order by scope, segment, team_id, rep_id, slice_id) as place_number,
        dense_rank() over (order by scope, segment, team_id, rep_id) as whole_number
    from places
),

windows as (
    select distinct
        window_days.window_number,
        window_days.window_id,
        numbered_periods.period_type,
        numbered_periods.period_number
    from window_days
    inner join numbered_periods
        on window_days.period_type = numbered_periods.period_type
        and window_days.period_start = numbered_periods.period_start
),

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

-- Through which windows a term is looked at.
looks as (
    select
        terms.window_id,
        numbered_metrics.period_types,
        row_number() over (order by terms.window_id, numbered_metrics.period_types) as look_number
    from terms
    inner join numbered_metrics on terms.metric_id = numbered_metrics.metric_id
    group by 1, 2
),

period_types as (
    select distinct
        numbered_metrics.period_types,
        grains.period_type
    from numbered_metrics
    inner join grains on numbered_metrics.metric_id = grains.metric_id
),

look_windows as (
    select
        looks.look_number,
        windows.window_number,
        windows.period_number
    from looks
    inner join period_types on looks.period_types = period_types.period_types
    inner join windows
        on looks.window_id = windows.window_id
        and period_types.period_type = windows.period_type
),

metric_scopes as (
    select distinct
        metric_id,
        scope
    from grains
),

-- Which sums are a term of which metric, and where its value stands.
term_keys as (
    select
        reported_keys.reported_number,
        numbered_metrics.metric_number,
        numbered_places.place_number,
        numbered_places.whole_number,
        looks.look_number,
        terms.role,
        terms.measure_slice_type <> terms.slice_type as is_whole
    from terms
    inner join reported_keys on terms.measure_id = reported_keys.measure_id
    inner join metric_scopes
        on terms.metric_id = metric_scopes.metric_id and reported_keys.scope = metric_scopes.scope
    inner join numbered_metrics on terms.metric_id = numbered_metrics.metric_id
    inner join looks
        on terms.window_id = looks.window_id
        and numbered_metrics.period_types = looks.period_types
    inner join numbered_places
        on reported_keys.scope = numbered_places.scope
        and reported_keys.segment = numbered_places.segment
        and reported_keys.team_id = numbered_places.team_id
        and reported_keys.rep_id = numbered_places.rep_id
        and reported_keys.slice_id = numbered_places.slice_id
    left join metric_segments
        on terms.metric_id = metric_segments.metric_id
        and reported_keys.segment = metric_segments.segment
    where terms.acv_tier = coalesce(metric_segments.acv_tier, 'all')
        and terms.role in ('numerator', 'denominator', 'n_measure')
),

shares_of_a_whole as (
    select distinct term_keys.metric_number
    from term_keys
    inner join numbered_metrics on term_keys.metric_number = numbered_metrics.metric_number
    where term_keys.is_whole
        and term_keys.role = 'denominator'
        and numbered_metrics.window_id <> 'point'
),

valued_terms as (
    select
        term_keys.metric_number,
        look_windows.period_number,
        term_keys.place_number,
        term_keys.whole_number,
        term_keys.is_whole,
        term_keys.role,
        sums.measure_value
    from sums
    inner join term_keys on sums.reported_number = term_keys.reported_number
    inner join look_windows
        on term_keys.look_number = look_windows.look_number
        and sums.window_number = look_windows.window_number
),

-- A share's denominator is the whole: it has no slice and serves every slice.
whole_terms as (
    select
        metric_number,
        period_number,
        whole_number,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from valued_terms
    where is_whole
    group by 1, 2, 3
),

-- An input that never told anything is not there: no metric that needs it is ever reported as zero,
-- and zeros alone (amounts nobody gives) are nothing told.
inputs as (
    select
        measures.input,
        min(daily.measured_on) as first_day
    from daily
    inner join measures on daily.measure_id = measures.measure_id
    where daily.measure_value is distinct from 0
    group by 1
),

instrumented_from as (
    select
        measures.measure_id,
        inputs.first_day,
        measures.input = 'crm_probabilities' as is_told_by_day
    from measures
    inner join inputs on measures.input = inputs.input
),

-- Nor is what is not told of every day zero on the others (int_crm_weighted_pipeline).
told_days as (
    select distinct
        daily.measure_id,
        daily.measured_on
    from daily
    inner join instrumented_from on daily.measure_id = instrumented_from.measure_id
    where instrumented_from.is_told_by_day
),

zero_rows as (
    select
        numbered_metrics.metric_number,
        numbered_periods.period_number,
        numbered_places.place_number
    from numbered_metrics
    inner join instrumented_from on numbered_metrics.numerator = instrumented_from.measure_id
    inner join grains on numbered_metrics.metric_id = grains.metric_id
    inner join numbered_periods
        on grains.period_type = numbered_periods.period_type
        and instrumented_from.first_day <= numbered_periods.window_end
    inner join scope_keys
        on grains.scope = scope_keys.scope
        and numbered_periods.window_end >= scope_keys.first_day
        and numbered_periods.period_start <= scope_keys.last_day
    inner join numbered_places
        on scope_keys.scope = numbered_places.scope
        and scope_keys.segment = numbered_places.segment
        and scope_keys.team_id = numbered_places.team_id
        and scope_keys.rep_id = numbered_places.rep_id
        and numbered_places.slice_id = 'all'
    where numbered_metrics.method = 'sum' and numbered_metrics.slice_type = 'all'
),

-- A slice of a whole that has occurred at a place is zero whenever the whole is there without it:
-- else what it broke could never mend. States (health) bring zeros for all of their slices.
slices_seen as (
    select
        term_keys.metric_number,
        term_keys.place_number,
        term_keys.whole_number,
        min(daily.measured_on) as first_day
    from term_keys
    inner join keys on term_keys.reported_number = keys.reported_number
    inner join daily
        on keys.measure_id = daily.measure_id
        and keys.daily_segment = daily.segment
        and keys.daily_team_id = daily.team_id
        and keys.daily_rep_id = daily.rep_id
        and keys.slice_type = daily.slice_type
        and keys.slice_id = daily.slice_id
    semi join shares_of_a_whole on term_keys.metric_number = shares_of_a_whole.metric_number
    where term_keys.role = 'numerator'
    group by 1, 2, 3
),

zero_slices as (
    select
        slices_seen.metric_number,
        whole_terms.period_number,
        slices_seen.place_number
    from slices_seen
    inner join whole_terms
        on slices_seen.metric_number = whole_terms.metric_number
        and slices_seen.whole_number = whole_terms.whole_number
        and whole_terms.denominator > 0
    inner join numbered_periods
        on whole_terms.period_number = numbered_periods.period_number
        and slices_seen.first_day <= numbered_periods.window_end
),

-- The rows that are zero at least, and what was measured.
placed as (
    select
        metric_number,
        period_number,
        place_number,
        role,
        measure_value
    from valued_terms
    where not is_whole
    union all
    select
        metric_number,
        period_number,
        place_number,
        cast(null as {{ dbt.type_string() }}) as role,
        cast(null as decimal(38, 4)) as measure_value
    from zero_rows
    union all
    select
        metric_number,
        period_number,
        place_number,
        cast(null as {{ dbt.type_string() }}) as role,
        cast(null as decimal(38, 4)) as measure_value
    from zero_slices
),

reported as (
    select
        metric_number,
        period_number,
        place_number,
        max(case when role = 'numerator' then measure_value end) as numerator,
        max(case when role = 'denominator' then measure_value end) as denominator,
        max(case when role = 'n_measure' then measure_value end) as n
    from placed
    group by 1, 2, 3
),

summed as (
    select
        numbered_metrics.metric_id,
        numbered_periods.period_type,
        numbered_periods.period_start,
        numbered_periods.period_end,
        numbered_places.scope,
        numbered_places.segment,
        numbered_places.team_id,
        numbered_places.rep_id,
        numbered_metrics.slice_type,
        numbered_places.slice_id,
        cast(coalesce(reported.numerator, 0) as double) as numerator,
        cast(coalesce(reported.denominator, whole_terms.denominator) as double) as denominator,
        cast(coalesce(reported.n, whole_terms.n, 0) as bigint) as n,
        numbered_metrics.method,
        numbered_metrics.unit,
        numbered_metrics.has_interval,
        numbered_periods.is_complete
    from reported
    inner join numbered_metrics on reported.metric_number = numbered_metrics.metric_number
    inner join numbered_periods on reported.period_number = numbered_periods.period_number
    inner join numbered_places on reported.place_number = numbered_places.place_number
    inner join instrumented_from
        on numbered_metrics.numerator = instrumented_from.measure_id
        and numbered_periods.window_end >= instrumented_from.first_day
    left join whole_terms
        on reported.metric_number = whole_terms.metric_number
        and reported.period_number = whole_terms.period_number
        and numbered_places.whole_number = whole_terms.whole_number
    left join told_days
        on numbered_metrics.numerator = told_days.measure_id
        and numbered_periods.window_end = told_days.measured_on
    where not instrumented_from.is_told_by_day or told_days.measured_on is not null
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
        -- Deals with negative amounts leave a share that is none: numerator and denominator stand,
        -- the value is null.
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
