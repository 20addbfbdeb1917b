-- Who is reported with a zero when nothing happened: each scope's keys with the days they were
-- there. A key begins with its first event (a rep with the first day at work) and never begins
-- earlier in a later build. One of rep and segment begins when the rep has a second segment. Long,
-- because a rep may have several stretches at work.
with daily as (select * from {{ ref('int_measures_daily') }}),

reps as (select * from {{ ref('int_reps_listed') }}),

rep_periods as (select * from {{ ref('int_rep_periods') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

scopes as (select * from {{ ref('int_scopes') }}),

splits as (select * from {{ ref('int_scope_splits') }}),

first_days as (
    select min(calendar_day) as first_day
    from calendar
),

-- Plans and states are no events: a state is measured on days that a later build leaves out. And
-- what no rep is measured by (recurring revenue) brings no rep into being.
happenings as (
    select distinct terms.measure_id
    from terms
    inner join grains on terms.metric_id = grains.metric_id and grains.scope = 'rep'
    where terms.window_id not in ('point', 'whole', 'month', 'quarter')
),

seen as (
    select
        daily.segment,
        daily.team_id,
        daily.rep_id,
        min(daily.measured_on) as first_day
    from daily
    inner join happenings on daily.measure_id = happenings.measure_id
    where daily.measured_on <= {{ as_of_date() }}
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
        {{ reported_keys('seen') }},
        min(seen.first_day) as first_day
    from seen
    cross join scopes
    group by 1, 2, 3, 4
),

-- A rep has a row for each stretch at work: while on leave nothing that did not happen is a zero.
-- What he did before the first one counts to it.
scope_keys as (
    select
        keys.scope,
        keys.segment,
        keys.team_id,
        keys.rep_id,
        greatest(
            case
                when rep_periods.period_number > 1
                    then greatest(keys.first_day, rep_periods.starts_on)
                else keys.first_day
            end,
            coalesce(splits.split_on, keys.first_day)
        ) as first_day,
        coalesce(nullif(rep_periods.ends_on, date '9999-12-31') - 1, date '9999-12-31')
            as last_day
    from keys
    left join rep_periods on keys.rep_id = rep_periods.rep_id
    left join splits
        on keys.scope = splits.scope
        and keys.team_id = splits.team_id
        and keys.rep_id = splits.rep_id
    where {{ not_repeated('keys.scope', "date '9999-12-31'") }}
)

select * from scope_keys
