-- How the entries of a window left their stage, by the days they stood there: what a curve of
-- leaving is drawn from. Open and moved ones are watched as long as they stood there. Time is whole
-- days. Weeks and reps are left out: groups that small jump with every deal.
with entries as (select * from {{ ref('int_stage_entries') }}),

window_days as (select * from {{ ref('int_window_days') }}),

day_runs as (select * from {{ ref('int_window_day_runs') }}),

scopes as (select * from {{ ref('int_scopes') }}),

by_run as (
    select
        day_runs.long_run_start as run_start,
        entries.stage_id,
        entries.segment,
        entries.team_id,
        case when entries.left_kind in ('open', 'moved') then 'watched' else entries.left_kind end
            as left_kind,
        coalesce(
            entries.days_to_leaving, {{ days_between('entries.entered_on', as_of_date()) }}
        ) as days,
        count(*) as case_count
    from entries
    inner join day_runs on entries.entered_on = day_runs.calendar_day
    group by 1, 2, 3, 4, 5, 6
),

windowed as (
    select
        window_days.window_id,
        window_days.period_type,
        window_days.period_start,
        by_run.stage_id,
        by_run.segment,
        by_run.team_id,
        by_run.days,
        {%- for kind in ['advanced', 'lost', 'backward', 'deleted', 'watched'] %}
        coalesce(sum(by_run.case_count) filter (where by_run.left_kind = '{{ kind }}'), 0)
            as {{ kind }}_count,
        {%- endfor %}
        sum(by_run.case_count) as case_count
    from by_run
    inner join window_days on by_run.run_start = window_days.calendar_day
    where
        window_days.window_id in ('t90', 'p90')
        and window_days.period_type in ('month', 'quarter')
    group by 1, 2, 3, 4, 5, 6, 7
),

stage_leavings as (
    select
        windowed.window_id,
        windowed.period_type,
        windowed.period_start,
        scopes.scope,
        {{ reported_keys('windowed', keys=['segment', 'team']) }},
        windowed.stage_id,
        windowed.days,
        {%- for kind in ['advanced', 'lost', 'backward', 'deleted', 'watched'] %}
        cast(sum(windowed.{{ kind }}_count) as bigint) as {{ kind }}_count,
        {%- endfor %}
        cast(sum(windowed.case_count) as bigint) as case_count
    from windowed
    cross join scopes
    where scopes.scope in ('company', 'segment', 'team')
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from stage_leavings
