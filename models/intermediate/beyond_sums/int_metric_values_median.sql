-- The median sales cycle: no sum of anything, so it stands beside the engine. A win that was
-- reopened within the window does not count. Long, because windows and scopes are joined here
-- without the engine.
with closings as (select * from {{ ref('int_closing_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

window_days as (select * from {{ ref('int_window_days') }}),

scopes as (select * from {{ ref('int_scopes') }}),

metrics as (select * from {{ configured('metrics') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

wins as (
    select
        won.opportunity_id,
        won.event_on,
        taken_back.event_on as taken_back_on,
        won.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        won.rep_id,
        won.won_cycle_days
    from closings as won
    left join closings as taken_back
        on won.opportunity_id = taken_back.opportunity_id
        and won.visit_number = taken_back.visit_number
        and taken_back.won_count = -1
    left join assignments
        on won.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'won.event_on') }}
    where won.won_count = 1
),

windowed as (
    select
        metrics.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        scopes.scope,
        {{ reported_keys('wins') }},
        wins.won_cycle_days
    from metrics
    inner join window_days on metrics.window_id = window_days.window_id
    inner join wins on window_days.calendar_day = wins.event_on
    inner join periods
        on window_days.period_type = periods.period_type
        and window_days.period_start = periods.period_start
        and (wins.taken_back_on is null or wins.taken_back_on > periods.window_end)
    inner join grains
        on metrics.metric_id = grains.metric_id
        and periods.period_type = grains.period_type
    inner join scopes on grains.scope = scopes.scope
    where metrics.metric_id = 'sales_cycle_days_median_t90'
),

metric_values_median as (
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        scope,
        segment,
        team_id,
        rep_id,
        'all' as slice_type,
        'all' as slice_id,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        median(cast(won_cycle_days as double)) as metric_value,
        count(*) as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        is_complete
    from windowed
    group by
        metric_id, period_type, period_start, period_end, is_complete,
        scope, segment, team_id, rep_id
)

select * from metric_values_median
