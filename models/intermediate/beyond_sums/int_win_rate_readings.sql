-- Why the win rate moved, read off win rate and leads together (the doc block win_rate_reading
-- mirrors the case below). Long, because the two metrics are paired before they are read together.
with metric_values as (select * from {{ ref('int_metric_values_summed') }}),

baselines as (select * from {{ ref('int_metric_baselines') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

compared as (
    {% for metric_id in ['win_rate_t90', 'leads_count_t90'] -%}
    {% if not loop.first %}union all{% endif %}
    select
        metric_values.metric_id,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.scope,
        metric_values.segment,
        metric_values.metric_value,
        baselines.baseline_value
    from metric_values
    left join baselines
        on metric_values.metric_id = baselines.metric_id
        and metric_values.period_type = baselines.period_type
        and metric_values.period_start = baselines.period_start
        and metric_values.segment = baselines.segment
        and metric_values.team_id = baselines.team_id
        and metric_values.rep_id = baselines.rep_id
    where
        metric_values.metric_id = '{{ metric_id }}'
        and metric_values.period_type = 'week'
        and metric_values.scope in ('company', 'segment')
    {% endfor -%}
),

paired as (
    select
        period_type,
        period_start,
        scope,
        segment,
        max(metric_value) filter (where metric_id = 'win_rate_t90') as win_rate,
        max(baseline_value) filter (where metric_id = 'win_rate_t90') as baseline_win_rate,
        cast(max(metric_value) filter (where metric_id = 'leads_count_t90') as bigint)
            as leads_count,
        cast(max(baseline_value) filter (where metric_id = 'leads_count_t90') as bigint)
            as baseline_leads_count
    from compared
    group by period_type, period_start, scope, segment
),

win_rate_readings as (
    select
        paired.period_type,
        paired.period_start,
        periods.period_end,
        periods.window_end,
        paired.scope,
        paired.segment,
        paired.win_rate,
        paired.baseline_win_rate,
        paired.leads_count,
        paired.baseline_leads_count,
        -- The last digits of a difference of doubles must not decide.
        case
            when
                paired.win_rate is null
                or paired.baseline_win_rate is null
                or paired.leads_count is null
                or coalesce(paired.baseline_leads_count, 0) <= 0
                then null
            when
                paired.win_rate - paired.baseline_win_rate < -0.02 - 1e-12
                and paired.leads_count * 10 < paired.baseline_leads_count * 9
                then 'market_or_icp'
            when paired.win_rate - paired.baseline_win_rate < -0.02 - 1e-12 then 'execution'
            when
                paired.win_rate - paired.baseline_win_rate <= 0.02 + 1e-12
                and paired.leads_count * 10 < paired.baseline_leads_count * 9
                then 'generation'
            else 'steady'
        end as reading,
        periods.is_complete
    from paired
    inner join periods
        on paired.period_type = periods.period_type and paired.period_start = periods.period_start
)

select * from win_rate_readings
