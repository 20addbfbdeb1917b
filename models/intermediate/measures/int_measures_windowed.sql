-- The one aggregation: every measure over every window a metric needs it in, at every scope. A day
-- counts in dozens of windows, so keys and windows are numbers while they are summed: grouping by
-- their ten columns takes more than twice as long. Long, because numbers have to be given and
-- resolved.
with daily as (select * from {{ ref('int_measures_daily') }}),

window_days as (select * from {{ ref('int_window_days') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

scopes as (select * from {{ ref('int_scopes') }}),

needed as (
    select distinct
        measure_id,
        window_id
    from terms
),

distinct_keys as (
    select distinct
        measure_id,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id
    from daily
),

keys as (
    select
        *,
        row_number() over (
            order by measure_id, segment, team_id, rep_id, slice_type, slice_id
        ) as key_number
    from distinct_keys
),

numbered as (
    select
        keys.key_number,
        daily.measure_id,
        daily.measured_on,
        daily.measure_value
    from daily
    inner join keys
        on daily.measure_id = keys.measure_id
        and daily.segment = keys.segment
        and daily.team_id = keys.team_id
        and daily.rep_id = keys.rep_id
        and daily.slice_type = keys.slice_type
        and daily.slice_id = keys.slice_id
),

distinct_windows as (
    select distinct
        window_id,
        period_type,
        period_start
    from window_days
),

windows as (
    select
        *,
        row_number() over (order by window_id, period_type, period_start) as window_number
    from distinct_windows
),

numbered_days as (
    select
        window_days.window_id,
        window_days.calendar_day,
        windows.window_number
    from window_days
    inner join windows
        on window_days.window_id = windows.window_id
        and window_days.period_type = windows.period_type
        and window_days.period_start = windows.period_start
),

-- First to the narrowest keys, so that the scopes multiply few rows.
by_key as (
    select
        numbered.key_number,
        numbered_days.window_number,
        cast(sum(numbered.measure_value) as decimal(28, 4)) as measure_value
    from numbered
    inner join needed on numbered.measure_id = needed.measure_id
    inner join numbered_days
        on numbered.measured_on = numbered_days.calendar_day
        and needed.window_id = numbered_days.window_id
    group by 1, 2
),

scoped_keys as (
    select
        keys.key_number,
        keys.measure_id,
        scopes.scope,
        case when scopes.keeps_segment then keys.segment else 'all' end as segment,
        case when scopes.keeps_team then keys.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then keys.rep_id else 'all' end as rep_id,
        keys.slice_type,
        keys.slice_id
    from keys
    cross join scopes
),

distinct_scoped_keys as (
    select distinct
        measure_id,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id
    from scoped_keys
),

reported_keys as (
    select
        *,
        row_number() over (
            order by measure_id, scope, segment, team_id, rep_id, slice_type, slice_id
        ) as reported_number
    from distinct_scoped_keys
),

members as (
    select
        scoped_keys.key_number,
        reported_keys.reported_number
    from scoped_keys
    inner join reported_keys
        on scoped_keys.measure_id = reported_keys.measure_id
        and scoped_keys.scope = reported_keys.scope
        and scoped_keys.segment = reported_keys.segment
        and scoped_keys.team_id = reported_keys.team_id
        and scoped_keys.rep_id = reported_keys.rep_id
        and scoped_keys.slice_type = reported_keys.slice_type
        and scoped_keys.slice_id = reported_keys.slice_id
),

summed as (
    select
        members.reported_number,
        by_key.window_number,
        sum(by_key.measure_value) as measure_value
    from by_key
    inner join members on by_key.key_number = members.key_number
    group by 1, 2
),

windowed as (
    select
        reported_keys.measure_id,
        windows.window_id,
        windows.period_type,
        windows.period_start,
        reported_keys.scope,
        reported_keys.segment,
        reported_keys.team_id,
        reported_keys.rep_id,
        reported_keys.slice_type,
        reported_keys.slice_id,
        summed.measure_value
    from summed
    inner join reported_keys on summed.reported_number = reported_keys.reported_number
    inner join windows on summed.window_number = windows.window_number
)

select * from windowed
