-- What moved underneath: each activity metric over the last thirteen weeks against the thirteen
-- before, for the company and each segment. Counts are summed; a trailing window is read at its two
-- ends. Nothing is judged here: activity explains and is no target.
with metric_values as (select * from {{ ref('int_metric_values_unioned') }}),

metrics as (select * from {{ configured('metrics') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

last_weeks as (
    select max(period_start) as period_start
    from periods
    where period_type = 'week' and is_complete
),

weeks as (
    select
        metric_values.metric_id,
        metric_values.scope,
        metric_values.segment,
        metrics.method = 'sum' and metrics.window_id = 'period' as is_summed,
        metrics.min_n,
        cast(
            {{ days_between('metric_values.period_start', 'last_weeks.period_start') }} as bigint
        ) as days_ago,
        metric_values.metric_value,
        cast(metric_values.metric_value as decimal(28, 4)) as amount,
        metric_values.n
    from metric_values
    inner join metrics on metric_values.metric_id = metrics.metric_id
    cross join last_weeks
    where metrics.stack = 'activity'
        and metric_values.slice_type = 'all'
        and metric_values.period_type = 'week'
        and metric_values.scope in ('company', 'segment')
        and metric_values.period_start <= last_weeks.period_start
        and metric_values.period_start > last_weeks.period_start - 182
),

compared as (
    select
        metric_id,
        scope,
        segment,
        case
            when is_summed then cast(sum(case when days_ago < 91 then amount end) as double)
            else max(case when days_ago = 0 and n >= min_n then metric_value end)
        end as value_now,
        case
            when is_summed then cast(sum(case when days_ago >= 91 then amount end) as double)
            else max(case when days_ago = 91 and n >= min_n then metric_value end)
        end as value_before
    from weeks
    group by metric_id, scope, segment, is_summed
),

moved as (
    select
        *,
        value_now / nullif(value_before, 0) - 1 as relative_change
    from compared
),

activity_moves as (
    select
        *,
        cast(
            row_number() over (
                partition by scope, segment
                order by abs(relative_change) desc nulls last, metric_id asc
            ) as bigint
        ) as place
    from moved
    where relative_change is not null
)

select * from activity_moves
