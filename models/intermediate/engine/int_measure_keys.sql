-- The keys a measure has, each with the keys it is reported under at every scope. They are numbered
-- because a day counts in dozens of windows: sums over numbers cost less than half of sums over
-- texts, and a table of numbers is written in a third of the time. A rep who has never had a second
-- segment has no key of rep and segment (int_scope_splits).
with daily as (select * from {{ ref('int_measures_daily') }}),

scopes as (select * from {{ ref('int_scopes') }}),

splits as (select * from {{ ref('int_scope_splits') }}),

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

measure_keys as (
    select scoped.*
    from scoped
    left join splits
        on scoped.scope = splits.scope
        and scoped.team_id = splits.team_id
        and scoped.rep_id = splits.rep_id
    where {{ not_repeated('scoped.scope', "date '9999-12-31'") }}
)

select * from measure_keys
