-- The revenue targets of company and segments, by fiscal quarter and month. A company without a row
-- of its own plans the sum of its segments. A month takes its share of the quarter's target by
-- quota, nothing where only other months have quotas, or a third where none has. Long, because the
-- two period types are brought to one shape.
with targets as (select * from {{ ref('stg_planning__targets') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

quotas as (
    select *
    from {{ ref('int_quotas_scoped') }}
    where scope in ('company', 'segment')
),

planned as (
    select
        targets.quarter_start,
        coalesce(segment_names.segment, targets.segment) as segment,
        sum(targets.amount) as amount
    from targets
    left join segment_names on lower(targets.segment) = segment_names.spelling
    where
        targets.metric_id = 'closed_won_amount'
        and targets.amount is not null
    group by targets.quarter_start, coalesce(segment_names.segment, targets.segment)
),

quarter_targets as (
    select
        quarter_start,
        'segment' as scope,
        segment,
        false as is_summed,
        amount
    from planned
    where segment <> 'all'
    union all
    select
        quarter_start,
        'company' as scope,
        'all' as segment,
        count(case when segment = 'all' then 1 end) = 0 as is_summed,
        coalesce(sum(amount) filter (where segment = 'all'), sum(amount)) as amount
    from planned
    group by quarter_start
),

months as (
    {%- for shift in [0, 1, 2] %}
    select
        quarter_start,
        scope,
        segment,
        is_summed,
        amount,
        {{ month_start('quarter_start', shift=shift) }} as month_start
    from quarter_targets
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

quarter_quotas as (
    select
        quarter_start,
        scope,
        segment,
        sum(amount) as amount
    from quotas
    group by quarter_start, scope, segment
    having sum(amount) > 0
),

month_targets as (
    select
        months.month_start,
        months.scope,
        months.segment,
        months.is_summed,
        cast(months.amount as double)
        * case
            when quarter_quotas.amount is null then 1
            else cast(coalesce(quotas.amount, 0) as double)
        end
        / nullif(cast(coalesce(quarter_quotas.amount, 3) as double), 0) as amount
    from months
    left join quarter_quotas
        on months.quarter_start = quarter_quotas.quarter_start
        and months.scope = quarter_quotas.scope
        and months.segment = quarter_quotas.segment
    left join quotas
        on months.month_start = quotas.month_start
        and months.scope = quotas.scope
        and months.segment = quotas.segment
),

revenue_targets as (
    select
        'quarter' as period_type,
        quarter_start as period_start,
        scope,
        segment,
        is_summed,
        cast(amount as decimal(18, 2)) as target_amount
    from quarter_targets
    union all
    select
        'month' as period_type,
        month_start as period_start,
        scope,
        segment,
        is_summed,
        cast(amount as decimal(18, 2)) as target_amount
    from month_targets
)

select * from revenue_targets
