-- The quotas of each month summed at every scope.
with daily as (select * from {{ ref('int_measures_daily') }}),

scopes as (select * from {{ ref('int_scopes') }}),

quotas as (
    select
        {{ fiscal_quarter_start('measured_on') }} as quarter_start,
        {{ month_start('measured_on') }} as month_start,
        segment,
        team_id,
        rep_id,
        measure_value as amount
    from daily
    where measure_id = 'quota_amount'
),

scoped as (
    select
        quotas.quarter_start,
        quotas.month_start,
        scopes.scope,
        {{ reported_keys('quotas') }},
        sum(quotas.amount) as amount
    from quotas
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
)

select * from scoped
