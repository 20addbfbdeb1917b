-- What conversion is counted from, summed before windows, scopes and methods multiply it: exits by
-- how they ended, first entries by what became of them, now and by the end of 30, 60 and 90 days,
-- and how many of these they have had by the as-of day. A rep has a handful of them, so reps are
-- counted by month and quarter only, in longer runs of days, and not cut by segment. Long, because
-- cases of entry and of exit are counted with and without the rep.
with exits as (select * from {{ ref('int_stage_exit_events') }}),

entries as (select * from {{ ref('int_stage_entries') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

day_runs as (select * from {{ ref('int_window_day_runs') }}),

cases as {{ streamed() }} (
    select
        'exit' as counted_at,
        exits.event_on as counted_on,
        exits.slice_id as stage_id,
        exits.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        exits.rep_id,
        exits.outcome,
        {%- for days in [30, 60, 90] %}
        'none' as outcome_{{ days }},
        {%- endfor %}
        0 as days_had
    from exits
    left join assignments
        on exits.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'exits.event_on') }}
    union all
    select
        'entry' as counted_at,
        entered_on as counted_on,
        stage_id,
        segment,
        team_id,
        rep_id,
        outcome,
        {%- for days in [30, 60, 90] %}
        outcome_{{ days }},
        {%- endfor %}
        case
            {%- for days in [90, 60, 30] %}
            when entered_on <= {{ as_of_date() }} - {{ days }} then {{ days }}
            {%- endfor %}
            else 0
        end as days_had
    from entries
),

stage_conversion_by_day_run as (
    {% for keeps_rep, run, segment, team, rep in [
        (false, 'day_runs.run_start', 'cases.segment', 'cases.team_id', "'all' as rep_id"),
        (
            true, 'day_runs.long_run_start as run_start', "'all' as segment", "'all' as team_id",
            'cases.rep_id',
        ),
    ] -%}
    {% if not loop.first %}union all{% endif %}
    select
        {{ keeps_rep }} as keeps_rep,
        {{ run }},
        cases.counted_at,
        cases.stage_id,
        {{ segment }},
        {{ team }},
        {{ rep }},
        cases.outcome,
        {%- for days in [30, 60, 90] %}
        cases.outcome_{{ days }},
        {%- endfor %}
        cases.days_had,
        count(*) as case_count
    from cases
    inner join day_runs on cases.counted_on = day_runs.calendar_day
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    {% endfor -%}
)

select * from stage_conversion_by_day_run
