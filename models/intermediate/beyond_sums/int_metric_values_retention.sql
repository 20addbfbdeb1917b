-- Net and gross revenue retention: the accounts that paid a year ago, then and now. What an account
-- pays more than then counts net and not gross, so gross is never over 1. A period shows the last
-- month end within it. Long, because cohorts, scopes and periods are put together here without the
-- engine.
with balances as (select * from {{ ref('int_arr_balances') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scopes as (
    select *
    from {{ ref('int_scopes') }}
    where scope in ('company', 'segment')
),

metrics as (select * from {{ configured('metrics') }}),

cohorts as (
    select
        latest.month_end,
        latest.segment,
        sum(year_before.arr_amount) as arr_before,
        sum(latest.arr_amount) as arr_now,
        sum(least(latest.arr_amount, year_before.arr_amount)) as arr_kept,
        count(*) as paying_accounts
    from balances as latest
    inner join balances as year_before
        on latest.account_id = year_before.account_id
        and {{ month_start('latest.month_start', shift=-12) }} = year_before.month_start
    where year_before.arr_amount > 0
    group by 1, 2
),

scoped as (
    select
        cohorts.month_end,
        scopes.scope,
        {{ reported_keys('cohorts', keys=['segment']) }},
        cast(sum(cohorts.arr_before) as double) as arr_before,
        cast(sum(cohorts.arr_now) as double) as arr_now,
        cast(sum(cohorts.arr_kept) as double) as arr_kept,
        cast(sum(cohorts.paying_accounts) as bigint) as n
    from cohorts
    cross join scopes
    group by 1, 2, 3
),

last_month_ends as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        max(cohorts.month_end) as month_end
    from periods
    inner join cohorts
        on periods.period_start <= cohorts.month_end and periods.window_end >= cohorts.month_end
    where periods.period_type in ('month', 'quarter')
    group by 1, 2, 3, 4
),

metric_values_retention as (
    select
        metrics.metric_id,
        last_month_ends.period_type,
        last_month_ends.period_start,
        last_month_ends.period_end,
        scoped.scope,
        scoped.segment,
        'all' as team_id,
        'all' as rep_id,
        'all' as slice_type,
        'all' as slice_id,
        case when metrics.metric_id = 'nrr' then scoped.arr_now else scoped.arr_kept end
            as numerator,
        scoped.arr_before as denominator,
        case when metrics.metric_id = 'nrr' then scoped.arr_now else scoped.arr_kept end
        / nullif(scoped.arr_before, 0) as metric_value,
        scoped.n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        last_month_ends.is_complete
    from last_month_ends
    inner join scoped on last_month_ends.month_end = scoped.month_end
    inner join metrics on metrics.metric_id in ('nrr', 'grr')
)

select * from metric_values_retention
