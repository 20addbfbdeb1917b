-- Quarters in which the company's target is the sum of its segments' and some of these have none.
with targets as (select * from {{ ref('stg_planning__targets') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

coverage as (select * from {{ ref('int_coverage_daily') }}),

planned as (
    select
        targets.quarter_start,
        coalesce(segment_names.segment, targets.segment) as segment
    from targets
    left join segment_names on lower(targets.segment) = segment_names.spelling
    where targets.metric_id = 'closed_won_amount' and targets.amount is not null
),

summed as (
    select quarter_start
    from planned
    group by quarter_start
    having count(case when segment = 'all' then 1 end) = 0
),

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
    semi join summed on selling.quarter_start = summed.quarter_start
    anti join planned
        on selling.quarter_start = planned.quarter_start and selling.segment = planned.segment
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
