-- A row of rep and segment is written from the day the rep has a second segment, and then wherever
-- the rep has one: neither does it repeat the rep's row for ever, nor is a part ever missing. So
-- with teams. A segment whose tier looks through windows of its own may have a value where the rep
-- has none: a quarter has a quota before the month has.
with metric_values as (select * from {{ ref('metric_values') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

splits as (select * from {{ ref('int_scope_splits') }}),

segments as (select * from {{ configured('segments') }}),

metric_windows as (select * from {{ configured('metric_windows') }}),

parts as (
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.scope,
        metric_values.team_id,
        metric_values.rep_id,
        metric_values.slice_id,
        count(metric_windows.metric_id) = count(*) as has_own_windows
    from metric_values
    left join segments on metric_values.segment = segments.segment
    left join metric_windows
        on metric_values.metric_id = metric_windows.metric_id
        and segments.acv_tier = metric_windows.acv_tier
    where metric_values.scope in ('team_segment', 'rep_segment')
    group by 1, 2, 3, 4, 5, 6, 7
),

wholes as (
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        splits.scope,
        metric_values.team_id,
        metric_values.rep_id,
        metric_values.slice_id,
        -- A slice that is zero today may have occurred in a segment where nothing is counted today.
        metric_values.slice_id <> 'all' and metric_values.numerator = 0 as may_have_no_part
    from metric_values
    inner join splits
        on concat(metric_values.scope, '_segment') = splits.scope
        and metric_values.team_id = splits.team_id
        and metric_values.rep_id = splits.rep_id
    inner join periods
        on metric_values.period_type = periods.period_type
        and metric_values.period_start = periods.period_start
        and splits.split_on <= periods.window_end
    inner join grains
        on metric_values.metric_id = grains.metric_id
        and metric_values.period_type = grains.period_type
        and splits.scope = grains.scope
),

broken as (
    select
        coalesce(parts.metric_id, wholes.metric_id) as metric_id,
        coalesce(parts.scope, wholes.scope) as scope,
        coalesce(parts.rep_id, wholes.rep_id) as rep_id,
        coalesce(parts.period_start, wholes.period_start) as period_start,
        parts.metric_id is null as is_missing
    from parts
    full join wholes
        on parts.metric_id = wholes.metric_id
        and parts.period_type = wholes.period_type
        and parts.period_start = wholes.period_start
        and parts.scope = wholes.scope
        and parts.team_id = wholes.team_id
        and parts.rep_id = wholes.rep_id
        and parts.slice_id = wholes.slice_id
    where (wholes.metric_id is null and not parts.has_own_windows)
        or (parts.metric_id is null and not coalesce(wholes.may_have_no_part, false))
)

select * from broken
