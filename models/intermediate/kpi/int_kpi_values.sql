-- Values of KPIs of complete periods, and the ones that are no number because nothing was won or no
-- answer came: the worst there is, not silence. Of a mean over deals won, or what is divided by it,
-- `n` is then the deals decided, of which none was won: so many must the catalog's min_n have seen.
-- A view, since the values are a table already. Long, because what is not there is told beside it.
{{ config(materialized='view') }}
with metric_values as (select * from {{ ref('int_metric_values_unioned') }}),

-- Read apart: what is read twice is kept in memory, with every row and column.
win_rates_of_none as (
    select *
    from {{ ref('int_metric_values_unioned') }}
    where metric_id in ('win_rate', 'win_rate_t90') and numerator = 0 and is_complete
),

metrics_with_values as (
    select distinct metric_id
    from {{ ref('int_metric_values_unioned') }}
    where is_complete
),

metrics as (select * from {{ configured('metrics') }}),

owners as (select * from {{ configured('kpi_owners') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

owned as (
    select
        metric_values.*,
        metrics.unit,
        metrics.min_n
    from metric_values
    inner join owners on metric_values.metric_id = owners.metric_id
    inner join metrics on metric_values.metric_id = metrics.metric_id
    where metric_values.is_complete
),

-- Told by the win rate of the same window.
resting_on_wins as (
    select
        metrics.metric_id,
        metrics.min_n,
        case metrics.window_id when 'period' then 'win_rate' else 'win_rate_t90' end as told_by
    from metrics
    semi join owners on metrics.metric_id = owners.metric_id
    where metrics.metric_id = 'pipeline_velocity'
        or metrics.denominator in (
            'won_standing_count', 'won_with_amount_count', 'new_monthly_margin_amount'
        )
),

-- Only where the metric is measured at all: a company without recurring revenue has no payback.
nothing_won as (
    select
        resting_on_wins.metric_id,
        win_rates_of_none.period_type,
        win_rates_of_none.period_start,
        win_rates_of_none.period_end,
        win_rates_of_none.scope,
        win_rates_of_none.segment,
        win_rates_of_none.team_id,
        win_rates_of_none.rep_id,
        win_rates_of_none.n
    from win_rates_of_none
    inner join resting_on_wins on win_rates_of_none.metric_id = resting_on_wins.told_by
    inner join metrics_with_values
        on resting_on_wins.metric_id = metrics_with_values.metric_id
    inner join grains
        on resting_on_wins.metric_id = grains.metric_id
        and win_rates_of_none.scope = grains.scope
        and win_rates_of_none.period_type = grains.period_type
    where win_rates_of_none.n >= greatest(resting_on_wins.min_n, 1)
),

kpi_values as (
    select
        {%- for column in [
            'metric_id', 'period_type', 'period_start', 'period_end', 'scope', 'segment',
            'team_id', 'rep_id', 'slice_type', 'slice_id', 'numerator', 'denominator',
            'metric_value', 'n', 'ci_low', 'ci_high',
        ] %}
        owned.{{ column }},
        {%- endfor %}
        -- More than half of the leads still wait: no median yet, and a long one.
        owned.metric_value is null and owned.unit = 'minutes' and owned.n > 0 as is_worst
    from owned
    anti join nothing_won
        on owned.metric_id = nothing_won.metric_id
        and owned.period_type = nothing_won.period_type
        and owned.period_start = nothing_won.period_start
        and owned.segment = nothing_won.segment
        and owned.team_id = nothing_won.team_id
        and owned.rep_id = nothing_won.rep_id
    union all
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
        cast(0 as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as metric_value,
        n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        true as is_worst
    from nothing_won
)

select * from kpi_values
