-- The plan of each month and fiscal quarter at every scope that has one. Company and segments have
-- the revenue targets, teams and reps the sum of their quotas: the two need not agree.
with revenue_targets as (select * from {{ ref('int_revenue_targets') }}),

quotas as (
    select *
    from {{ ref('int_quotas_scoped') }}
    where scope not in ('company', 'segment')
),

planned as (
    select
        period_type,
        period_start,
        scope,
        segment,
        'all' as team_id,
        'all' as rep_id,
        target_amount
    from revenue_targets
    {%- for period_type in ['quarter', 'month'] %}
    union all
    select
        '{{ period_type }}' as period_type,
        {{ period_type }}_start as period_start,
        scope,
        segment,
        team_id,
        rep_id,
        cast(sum(amount) as decimal(18, 2)) as target_amount
    from quotas
    group by {{ period_type }}_start, scope, segment, team_id, rep_id
    {%- endfor %}
),

scoped as (
    select *
    from planned
    where target_amount > 0
)

select * from scoped
