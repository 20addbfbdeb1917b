-- Where does enterprise leak? One row per stage of the funnel: how many enterprise deals moved on
-- in the last 90 days against the 90 before, what the company did in the same stage, and whether
-- the company's average hides the fall. Read from the top: the first rows fell most.
with rate_decomposition as (select * from {{ ref('rate_decomposition') }}),

stages as (select * from {{ ref('dim_stages') }}),

breaches as (
    select *
    from {{ ref('kpi_breaches') }}
    where metric_id = 'stage_conversion_rate' and closed_on is null
),

last_weeks as (
    select max(period_start) as period_start
    from rate_decomposition
    where metric_id = 'stage_conversion_rate'
),

compared as (
    select
        stages.stage_order,
        rate_decomposition.slice_id as stage_id,
        rate_decomposition.baseline_n as exits_before,
        rate_decomposition.baseline_rate as rate_before,
        rate_decomposition.n as exits_now,
        rate_decomposition.rate as rate_now,
        rate_decomposition.rate - rate_decomposition.baseline_rate as change,
        rate_decomposition.company_rate - rate_decomposition.company_baseline_rate
            as company_change,
        rate_decomposition.hidden_leak,
        breaches.opened_on as breach_opened_on,
        breaches.owner_name
    from rate_decomposition
    inner join last_weeks on rate_decomposition.period_start = last_weeks.period_start
    inner join stages on rate_decomposition.slice_id = stages.stage_id
    left join breaches
        on rate_decomposition.segment = breaches.segment
        and rate_decomposition.slice_id = breaches.slice_id
        and breaches.scope = 'segment'
    where rate_decomposition.metric_id = 'stage_conversion_rate'
        and rate_decomposition.segment = 'enterprise'
)

select * from compared
order by change asc nulls last, stage_order asc
