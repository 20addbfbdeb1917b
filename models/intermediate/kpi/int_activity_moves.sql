-- What moved underneath: each activity metric over the last thirteen weeks against the thirteen
-- before, for the company and each segment. Counts are summed; a trailing window is read at its two
-- ends. Nothing is judged here: activity explains and is no target. But what may have moved by
-- chance explains nothing: a sum is held against how much its weeks differ, a ratio of counts
-- against the counts (Poisson), at 99 %. Long, because both are told.
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
        metric_values.numerator,
        metric_values.denominator,
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
        end as value_before,
        {%- for name, weeks_of in {'now': 'days_ago < 91', 'before': 'days_ago >= 91'}.items() %}
        -- The variance of a sum of weeks as different as these.
        case
            when is_summed
                then count(case when {{ weeks_of }} then 1 end)
                    * var_samp(case when {{ weeks_of }} then cast(amount as double) end)
        end as sum_variance_{{ name }},
        {%- endfor %}
        {%- for name, days in {'now': 0, 'before': 91}.items() %}
        max(
            case
                when not is_summed and days_ago = {{ days }}
                    then 1 / nullif(numerator, 0) + coalesce(1 / nullif(denominator, 0), 0)
            end
        ) as log_variance_{{ name }},
        {%- endfor %}
        is_summed
    from weeks
    group by metric_id, scope, segment, is_summed
),

moved as (
    select
        *,
        value_now / nullif(value_before, 0) - 1 as relative_change,
        case
            when is_summed
                then (value_now - value_before)
                    / nullif(sqrt(sum_variance_now + sum_variance_before), 0)
            when value_now > 0 and value_before > 0
                then ln(value_now / nullif(value_before, 0))
                    / nullif(sqrt(log_variance_now + log_variance_before), 0)
        end as errors_moved
    from compared
),

judged as (
    select
        metric_id,
        scope,
        segment,
        value_now,
        value_before,
        relative_change,
        errors_moved,
        coalesce(abs(relative_change) >= 0.05 and abs(errors_moved) >= 2.58, false) as is_evident
    from moved
),

activity_moves as (
    select
        *,
        cast(
            row_number() over (
                partition by scope, segment
                order by
                    case when is_evident then 1 else 2 end asc,
                    abs(relative_change) desc nulls last,
                    metric_id asc
            ) as bigint
        ) as place
    from judged
    where relative_change is not null
)

select * from activity_moves
