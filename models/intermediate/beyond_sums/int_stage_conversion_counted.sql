-- The exits and first entries of each window by what became of them, for every method that counts.
-- Long, because nothing of the size of its steps is to be written but the result.
with runs as (select * from {{ ref('int_stage_conversion_by_day_run') }}),

window_days as (select * from {{ ref('int_window_days') }}),

scopes as (select * from {{ ref('int_scopes') }}),

methods as (
    select
        'exit' as method,
        'exit' as counted_at,
        0 as horizon
    union all
    select
        'cohort' as method,
        'entry' as counted_at,
        0 as horizon
    {%- for days in [30, 60, 90] %}
    union all
    select
        'cohort_{{ days }}' as method,
        'entry' as counted_at,
        {{ days }} as horizon
    {%- endfor %}
),

windowed as (
    select
        window_days.window_id,
        window_days.period_type,
        window_days.period_start,
        runs.keeps_rep,
        runs.counted_at,
        runs.stage_id,
        runs.segment,
        runs.team_id,
        runs.rep_id,
        runs.outcome,
        {%- for days in [30, 60, 90] %}
        runs.outcome_{{ days }},
        {%- endfor %}
        runs.days_had,
        sum(runs.case_count) as case_count
    from runs
    inner join window_days on runs.run_start = window_days.calendar_day
    where
        window_days.window_id in ('t90', 'p90')
        and (
            window_days.period_type in ('month', 'quarter')
            or (window_days.period_type = 'week' and not runs.keeps_rep)
        )
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
),

-- When its horizon ends a case has advanced, is lost, back or gone (moved or deleted, which says
-- nothing about conversion), or is open; one that has not had the horizon yet is too young to tell.
judged as (
    select
        windowed.*,
        methods.method,
        case methods.horizon
            {%- for days in [30, 60, 90] %}
            when {{ days }} then windowed.outcome_{{ days }}
            {%- endfor %}
            else windowed.outcome
        end as outcome_by_then,
        windowed.days_had < methods.horizon as is_too_young
    from windowed
    inner join methods on windowed.counted_at = methods.counted_at
),

counted as (
    select
        method,
        window_id,
        period_type,
        period_start,
        keeps_rep,
        segment,
        team_id,
        rep_id,
        stage_id,
        {%- for outcome in ['advanced', 'lost', 'backward', 'open'] %}
        coalesce(
            sum(case_count) filter (where outcome_by_then = '{{ outcome }}' and not is_too_young), 0
        ) as {{ outcome }}_count,
        {%- endfor %}
        coalesce(sum(case_count) filter (where is_too_young), 0) as too_young_count
    from judged
    where outcome_by_then not in ('moved', 'deleted')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

stage_conversion_counted as (
    select
        counted.method,
        counted.window_id,
        counted.period_type,
        counted.period_start,
        scopes.scope,
        {{ reported_keys('counted', keys=['segment', 'team']) }},
        counted.rep_id,
        counted.stage_id,
        {%- for outcome in ['advanced', 'lost', 'backward', 'open'] %}
        cast(sum(counted.{{ outcome }}_count) as bigint) as {{ outcome }}_count,
        {%- endfor %}
        cast(sum(counted.too_young_count) as bigint) as too_young_count
    from counted
    inner join scopes on counted.keeps_rep = scopes.keeps_rep
    where scopes.scope in ('company', 'segment', 'team', 'rep')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)

select * from stage_conversion_counted
