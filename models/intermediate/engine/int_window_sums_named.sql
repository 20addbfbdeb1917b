-- The sums with the words their numbers stand for. A view: written out it would be the largest
-- table of the project, and every reader needs another part of it.
{{ config(materialized='view') }}
with sums as (select * from {{ ref('int_window_sums') }}),

reported_keys as (select * from {{ ref('int_reported_keys') }}),

windows as (select * from {{ ref('int_windows') }}),

window_sums_named as (
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
        sums.measure_value
    from sums
    inner join reported_keys on sums.reported_number = reported_keys.reported_number
    inner join windows on sums.window_number = windows.window_number
)

select * from window_sums_named
