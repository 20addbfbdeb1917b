-- Who is reported with a zero when nothing happened: each scope's keys with the days they were
-- there. A key begins with its first event (a rep with the first day at work, a pipeline with the
-- first day a deal stood open) and never begins earlier in a later build.
with daily as (select * from {{ ref('int_measures_daily') }}),

spans as (select * from {{ ref('int_pipeline_spans') }}),

reps as (select * from {{ ref('int_reps_listed') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

scopes as (select * from {{ ref('int_scopes') }}),

first_days as (
    select min(calendar_day) as first_day
    from calendar
),

seen as (
    select
        segment,
        team_id,
        rep_id,
        min(measured_on) as first_day
    from daily
    -- Neither plans nor what is measured on the last days of periods: which days those are depends
    -- on the as-of day.
    where measure_id not in (
        'quota_amount', 'ramped_quota_amount', 'active_rep_count', 'open_count', 'open_amount',
        'open_qualified_count', 'open_qualified_amount', 'weighted_amount', 'crm_weighted_amount',
        'closing_weighted_amount'
    )
    and measured_on <= {{ as_of_date() }}
    group by 1, 2, 3
    union all
    select
        segment,
        team_id,
        rep_id,
        min(from_day) as first_day
    from spans
    group by 1, 2, 3
    union all
    select
        coalesce(assignments.segment, 'unassigned') as segment,
        assignments.team_id,
        reps.rep_id,
        greatest(
            coalesce(reps.starts_on, first_days.first_day),
            assignments.valid_from,
            first_days.first_day
        ) as first_day
    from reps
    inner join assignments
        on reps.rep_id = assignments.rep_id
        and (reps.starts_on is null or reps.starts_on < assignments.valid_to)
    cross join first_days
    where reps.is_rostered
),

keys as (
    select
        scopes.scope,
        case when scopes.keeps_segment then seen.segment else 'all' end as segment,
        case when scopes.keeps_team then seen.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then seen.rep_id else 'all' end as rep_id,
        min(seen.first_day) as first_day
    from seen
    cross join scopes
    group by 1, 2, 3, 4
),

bounded as (
    select
        keys.*,
        coalesce(reps.ends_on - 1, date '9999-12-31') as last_day
    from keys
    left join reps on keys.rep_id = reps.rep_id
)

select * from bounded
