-- The keys a measure has, each with the keys it is reported under at every scope. They are numbered
-- because a day counts in dozens of windows: sums over numbers cost less than half of sums over
-- texts, and a table of numbers is written in a third of the time.
with daily as (select * from {{ ref('int_measures_daily') }}),

scopes as (select * from {{ ref('int_scopes') }}),

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

numbered as (
    select
        *,
        row_number() over (
            order by measure_id, segment, team_id, rep_id, slice_type, slice_id
        ) as key_number
    from distinct_keys
),

scoped as (
    select
        numbered.key_number,
        numbered.measure_id,
        numbered.segment as daily_segment,
        numbered.team_id as daily_team_id,
        numbered.rep_id as daily_rep_id,
        numbered.slice_type,
        numbered.slice_id,
        scopes.scope,
        {{ reported_keys('numbered') }}
    from numbered
    cross join scopes
),

-- A key reported by itself needs no sum over keys: a rep of one segment is all of that segment's.
reported as (
    select
        *,
        count(*) over (
            partition by measure_id, scope, segment, team_id, rep_id, slice_type, slice_id
        ) as key_count,
        dense_rank() over (
            order by measure_id, scope, segment, team_id, rep_id, slice_type, slice_id
        ) as reported_number
    from scoped
)

select * from reported
