-- The plan of each month and fiscal quarter at every scope that has one. Company and segments have
-- the revenue targets, teams and reps the sum of their quotas: the two need not agree. A company
-- without a row of its own plans the sum of its segments. A month takes its share of the quarter's
-- target by quota, or a third where there are no quotas.
with targets as (select * from {{ ref('stg_planning__targets') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

scopes as (select * from {{ ref('int_scopes') }}),

quotas as (
    select
        measured_on,
        {{ fiscal_quarter_start('measured_on') }} as quarter_start,
        {{ month_start('measured_on') }} as month_start,
        segment,
        team_id,
        rep_id,
        measure_value as amount
    from daily
    where measure_id = 'quota_amount'
),

revenue_targets as (
    select
        {{ fiscal_quarter_start('quarter_start') }} as quarter_start,
        segment,
        sum(amount) as amount
    from targets
    where metric_id = 'closed_won_amount' and amount is not null and not is_deleted
    group by 1, 2
),

quarter_targets as (
    select
        quarter_start,
        'segment' as scope,
        segment,
        amount
    from revenue_targets
    where segment <> 'all'
    union all
    select
        quarter_start,
        'company' as scope,
        'all' as segment,
        coalesce(sum(amount) filter (where segment = 'all'), sum(amount)) as amount
    from revenue_targets
    group by quarter_start
),

quota_months as (
    select
        quotas.quarter_start,
        quotas.month_start,
        scopes.scope,
        case when scopes.keeps_segment then quotas.segment else 'all' end as segment,
        case when scopes.keeps_team then quotas.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then quotas.rep_id else 'all' end as rep_id,
        sum(quotas.amount) as amount
    from quotas
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
),

quota_shares as (
    select
        quarter_start,
        month_start,
        scope,
        segment,
        amount / nullif(sum(amount) over (partition by quarter_start, scope, segment), 0) as share
    from quota_months
    where scope in ('company', 'segment')
),

months as (
    {%- for shift in [0, 1, 2] %}
    select
        quarter_start,
        scope,
        segment,
        amount,
        {{ month_start('quarter_start', shift=shift) }} as month_start
    from quarter_targets
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

planned as (
    select
        'quarter' as period_type,
        quarter_start as period_start,
        scope,
        segment,
        'all' as team_id,
        'all' as rep_id,
        amount
    from quarter_targets
    union all
    select
        'month' as period_type,
        months.month_start as period_start,
        months.scope,
        months.segment,
        'all' as team_id,
        'all' as rep_id,
        months.amount * coalesce(quota_shares.share, 1.0 / 3) as amount
    from months
    left join quota_shares
        on months.quarter_start = quota_shares.quarter_start
        and months.month_start = quota_shares.month_start
        and months.scope = quota_shares.scope
        and months.segment = quota_shares.segment
    union all
    select
        'quarter' as period_type,
        quarter_start as period_start,
        scope,
        segment,
        team_id,
        rep_id,
        sum(amount) as amount
    from quota_months
    where scope not in ('company', 'segment')
    group by 2, 3, 4, 5, 6
    union all
    select
        'month' as period_type,
        month_start as period_start,
        scope,
        segment,
        team_id,
        rep_id,
        amount
    from quota_months
    where scope not in ('company', 'segment')
),

scoped as (
    select
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        cast(amount as decimal(18, 2)) as target_amount
    from planned
    where amount > 0
)

select * from scoped
