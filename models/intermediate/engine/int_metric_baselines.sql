-- What a value is compared with: the same metric over earlier days. A denominator that has no slice
-- is the whole of a share and serves every slice. What was not measured then is no baseline. Long,
-- because numerator, denominator and n are laid side by side first.
with terms as (
    select * from {{ ref('int_metric_terms') }}
    where role like 'baseline%'
),

grains as (select * from {{ ref('int_metric_grains') }}),

windowed as (select * from {{ ref('int_window_sums_named') }}),

unmeasured as (
    select *
    from {{ ref('int_metrics_unmeasured') }}
    where is_baseline
),

barred as (
    select *
    from {{ ref('int_metrics_barred') }}
    where role = 'bars_baseline'
),

earlier as (
    select
        terms.metric_id,
        terms.role,
        windowed.period_type,
        windowed.period_start,
        windowed.scope,
        windowed.segment,
        windowed.team_id,
        windowed.rep_id,
        terms.slice_type,
        windowed.slice_id,
        terms.measure_slice_type <> terms.slice_type as is_whole,
        windowed.measure_value
    from terms
    inner join windowed
        on terms.measure_id = windowed.measure_id
        and terms.window_id = windowed.window_id
    inner join grains
        on terms.metric_id = grains.metric_id
        and windowed.scope = grains.scope
        and windowed.period_type = grains.period_type
),

sliced as (
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id,
        max(case when role = 'baseline_numerator' then measure_value end) as numerator,
        max(case when role = 'baseline_denominator' then measure_value end) as denominator,
        max(case when role = 'baseline_n_measure' then measure_value end) as n
    from earlier
    where not is_whole
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

wholes as (
    select
        metric_id,
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        max(case when role = 'baseline_denominator' then measure_value end) as denominator,
        max(case when role = 'baseline_n_measure' then measure_value end) as n
    from earlier
    where is_whole
    group by 1, 2, 3, 4, 5, 6
),

ratios as (
    select distinct metric_id
    from terms
    where role = 'baseline_denominator'
),

compared as (
    select
        sliced.metric_id,
        sliced.period_type,
        sliced.period_start,
        sliced.scope,
        sliced.segment,
        sliced.team_id,
        sliced.rep_id,
        sliced.slice_type,
        sliced.slice_id,
        cast(coalesce(sliced.numerator, 0) as double) as baseline_numerator,
        cast(coalesce(sliced.denominator, wholes.denominator) as double) as baseline_denominator,
        cast(coalesce(sliced.n, wholes.n) as bigint) as baseline_n,
        ratios.metric_id is not null as is_ratio
    from sliced
    left join wholes
        on sliced.metric_id = wholes.metric_id
        and sliced.period_type = wholes.period_type
        and sliced.period_start = wholes.period_start
        and sliced.segment = wholes.segment
        and sliced.team_id = wholes.team_id
        and sliced.rep_id = wholes.rep_id
    left join ratios on sliced.metric_id = ratios.metric_id
    anti join unmeasured
        on sliced.metric_id = unmeasured.metric_id
        and sliced.period_type = unmeasured.period_type
        and sliced.period_start = unmeasured.period_start
    anti join barred
        on sliced.metric_id = barred.metric_id
        and sliced.period_type = barred.period_type
        and sliced.period_start = barred.period_start
),

baselines as (
    select
        metric_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id,
        baseline_numerator,
        baseline_denominator,
        case
            when not is_ratio then baseline_numerator
            when baseline_denominator > 0
                then baseline_numerator / nullif(baseline_denominator, 0)
        end as baseline_value,
        baseline_n
    from compared
)

select * from baselines
