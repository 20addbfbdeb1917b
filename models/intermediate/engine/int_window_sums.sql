-- The one aggregation: every measure over every window a metric needs it in, at every scope. Keys
-- and windows are numbers here; int_window_sums_named says what they stand for. Long, because rows
-- are numbered and summed by key before any scope multiplies them.
with daily as (select * from {{ ref('int_measures_daily') }}),

keys as (select * from {{ ref('int_measure_keys') }}),

reported_keys as (select * from {{ ref('int_reported_keys') }}),

window_days as (select * from {{ ref('int_window_days') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

needed as (
    select distinct
        measure_id,
        window_id
    from terms
),

daily_keys as (
    select distinct
        key_number,
        measure_id,
        daily_segment,
        daily_team_id,
        daily_rep_id,
        slice_type,
        slice_id
    from keys
),

key_reports as (
    select
        keys.key_number,
        reported_keys.reported_number,
        reported_keys.key_count
    from keys
    inner join reported_keys
        on keys.measure_id = reported_keys.measure_id
        and keys.scope = reported_keys.scope
        and keys.segment = reported_keys.segment
        and keys.team_id = reported_keys.team_id
        and keys.rep_id = reported_keys.rep_id
        and keys.slice_type = reported_keys.slice_type
        and keys.slice_id = reported_keys.slice_id
),

-- First, or a row's key would be looked up by six words once for every window of its day.
numbered as {{ evaluated_first() }} (
    select
        daily_keys.key_number,
        daily.measure_id,
        daily.measured_on,
        daily.anchored_on,
        daily.measure_value
    from daily
    inner join daily_keys
        on daily.measure_id = daily_keys.measure_id
        and daily.segment = daily_keys.daily_segment
        and daily.team_id = daily_keys.daily_team_id
        and daily.rep_id = daily_keys.daily_rep_id
        and daily.slice_type = daily_keys.slice_type
        and daily.slice_id = daily_keys.slice_id
),

-- First to the narrowest keys, so that the scopes multiply few rows. What corrects a closing from
-- before the window leaves the key in it, with nothing.
by_key as (
    select
        numbered.key_number,
        window_days.window_number,
        cast(
            sum(
                case
                    when numbered.anchored_on < window_days.first_day then 0
                    else numbered.measure_value
                end
            ) as decimal(28, 4)
        ) as measure_value
    from numbered
    inner join needed on numbered.measure_id = needed.measure_id
    inner join window_days
        on numbered.measured_on = window_days.calendar_day
        and needed.window_id = window_days.window_id
    group by 1, 2
),

window_sums as (
    select
        key_reports.reported_number,
        by_key.window_number,
        cast(sum(by_key.measure_value) as decimal(38, 4)) as measure_value
    from by_key
    inner join key_reports on by_key.key_number = key_reports.key_number
    where key_reports.key_count > 1
    group by 1, 2
    union all
    select
        key_reports.reported_number,
        by_key.window_number,
        cast(by_key.measure_value as decimal(38, 4)) as measure_value
    from by_key
    inner join key_reports on by_key.key_number = key_reports.key_number
    where key_reports.key_count = 1
)

select * from window_sums
