-- Five numbers a month. Where the last of them has no input, the metric that stands in for it.
-- Long, because stand-ins, trends and readings are looked up here.
with scorecard_metrics as (select * from {{ configured('scorecard_metrics') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

metric_values as (select * from {{ ref('metric_values') }}),

kpi_status as (select * from {{ ref('kpi_status') }}),

metrics as (select * from {{ configured('metrics') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

readings as (select * from {{ ref('int_win_rate_readings') }}),

coverage as (select * from {{ ref('int_coverage_compared') }}),

instrumented as (
    select distinct metric_id
    from metric_values
),

chosen as (
    select
        scorecard_metrics.place,
        case
            when instrumented.metric_id is null and stand_ins.metric_id is not null
                then stand_ins.metric_id
            else scorecard_metrics.metric_id
        end as metric_id,
        case
            when instrumented.metric_id is null and stand_ins.metric_id is not null
                then scorecard_metrics.metric_id
        end as stands_in_for
    from scorecard_metrics
    left join instrumented on scorecard_metrics.metric_id = instrumented.metric_id
    left join instrumented as stand_ins on scorecard_metrics.stands_in = stand_ins.metric_id
    where scorecard_metrics.scorecard = 'ceo' and scorecard_metrics.role = 'value'
),

last_weeks as (
    select max(period_start) as period_start
    from periods
    where period_type = 'week' and is_complete
),

weekly as (
    select
        metric_values.metric_id,
        max(
            case
                when metric_values.period_start = last_weeks.period_start
                    then metric_values.metric_value
            end
        ) as value_now,
        max(
            case
                when metric_values.period_start = last_weeks.period_start - 84
                    then metric_values.metric_value
            end
        ) as value_12_weeks_before
    from metric_values
    cross join last_weeks
    where metric_values.scope = 'company'
        and metric_values.slice_type = 'all'
        and metric_values.period_type = 'week'
    group by metric_values.metric_id
),

-- Coverage falls as a quarter goes on: it is compared with the day of the quarter before that had
-- as many days left, never with another day.
same_days as (
    select
        'coverage_ratio' as metric_id,
        coverage.coverage_quarter_before as value_same_day_quarter_before
    from coverage
    inner join last_weeks on coverage.calendar_day = last_weeks.period_start + 6
    where coverage.scope = 'company'
),

compared as (
    select
        current_values.*,
        case when current_values.metric_id <> 'coverage_ratio' then weekly.value_now end
            as value_now,
        case when current_values.metric_id <> 'coverage_ratio' then weekly.value_12_weeks_before end
            as value_12_weeks_before,
        same_days.value_same_day_quarter_before,
        case
            when current_values.metric_id = 'coverage_ratio'
                then same_days.value_same_day_quarter_before
            else coalesce(current_values.baseline_value, weekly.value_12_weeks_before)
        end as compared_value
    from current_values
    left join weekly on current_values.metric_id = weekly.metric_id
    left join same_days on current_values.metric_id = same_days.metric_id
    where current_values.scope = 'company'
),

company_readings as (
    select
        'win_rate_t90' as metric_id,
        readings.reading
    from readings
    inner join last_weeks on readings.period_start = last_weeks.period_start
    where readings.period_type = 'week' and readings.scope = 'company'
),

ceo_five as (
    select
        {{ as_of_date() }} as as_of_date,
        'company' as scope,
        'all' as segment,
        'all' as team_id,
        'all' as rep_id,
        cast(chosen.place as bigint) as place,
        chosen.metric_id,
        chosen.stands_in_for,
        current_values.period_type,
        current_values.period_start,
        current_values.metric_value,
        coalesce(cast(current_values.n as bigint), 0) as n,
        {{ scorecard_status('current_values', 'kpi_status') }} as status,
        current_values.baseline_value,
        current_values.value_12_weeks_before,
        current_values.value_now as value_last_week,
        current_values.value_now / nullif(current_values.value_12_weeks_before, 0) - 1
            as change_12_weeks,
        current_values.value_same_day_quarter_before,
        case
            when current_values.metric_value is null then null
            when current_values.compared_value is null then null
            when current_values.metric_value > current_values.compared_value * 1.01 then 'up'
            when current_values.metric_value < current_values.compared_value * 0.99 then 'down'
            else 'steady'
        end as trend,
        company_readings.reading,
        metrics.timing,
        'team' as tier
    from chosen
    -- What is known of some reps alone, as where one of two CRMs keeps close dates, is not known of
    -- the company.
    left join compared as current_values on chosen.metric_id = current_values.metric_id
    inner join metrics on chosen.metric_id = metrics.metric_id and metrics.slice_type = 'all'
    left join kpi_status
        on current_values.metric_id = kpi_status.metric_id
        and current_values.period_type = kpi_status.period_type
        and current_values.period_start = kpi_status.period_start
        and kpi_status.scope = 'company'
    left join company_readings
        on chosen.metric_id = company_readings.metric_id
)

select * from ceo_five
order by place
