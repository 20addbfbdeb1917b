-- Quarters in which the company's target is the sum of its segments' and some of these have none.
with targets as (
    select *
    from {{ ref('int_revenue_targets') }}
    where period_type = 'quarter'
),

coverage as (select * from {{ ref('int_coverage_daily') }}),

selling as (
    select distinct
        quarter_start,
        segment
    from coverage
    where scope = 'segment'
        and segment <> 'unassigned'
        and (open_deals > 0 or won_amount <> 0)
),

unplanned as (
    select
        selling.quarter_start,
        selling.segment,
        row_number() over (partition by selling.quarter_start order by selling.segment) as place
    from selling
    inner join targets as summed
        on selling.quarter_start = summed.period_start and summed.is_summed
    anti join targets
        on selling.quarter_start = targets.period_start and selling.segment = targets.segment
),

lacking as (
    select
        quarter_start,
        {{ joined_samples('segment', 'place') }} as segments
    from unplanned
    group by quarter_start
),

findings as (
    select
        'segment_without_target' as check_id,
        {{ planned_row('targets', ['quarter_start', 'segments']) }} as row_id
    from lacking
)

select * from findings
