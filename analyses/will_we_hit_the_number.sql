-- Will we hit the number? One row for the company and each segment on the as-of day: won so far,
-- what the open pipeline of the quarter is worth by history, and coverage against what earlier
-- quarters needed with as many days to go.
with coverage as (
    select *
    from {{ ref('coverage_curve') }}
    where date_day = {{ as_of_date() }} and scope in ('company', 'segment')
),

pipeline as (
    select
        'company' as scope,
        'all' as segment,
        cast(sum(cast(weighted_amount as decimal(28, 4))) as double) as weighted_amount
    from {{ ref('pipeline_daily') }}
    where date_day = {{ as_of_date() }} and close_bucket = 'this'
    union all
    select
        'segment' as scope,
        segment,
        cast(sum(cast(weighted_amount as decimal(28, 4))) as double) as weighted_amount
    from {{ ref('pipeline_daily') }}
    where date_day = {{ as_of_date() }} and close_bucket = 'this'
    group by segment
),

outlook as (
    select
        coverage.quarter_start,
        coverage.days_to_quarter_end as days_left,
        coverage.scope,
        coverage.segment,
        coverage.target_amount,
        coverage.won_amount,
        cast(coverage.won_amount as double) / nullif(cast(coverage.target_amount as double), 0)
            as won_share,
        pipeline.weighted_amount,
        (cast(coverage.won_amount as double) + coalesce(pipeline.weighted_amount, 0))
        / nullif(cast(coverage.target_amount as double), 0) as projected_share,
        coverage.remaining as remaining_coverage,
        coverage.required as required_coverage,
        coverage.remaining >= coverage.required as is_covered_by_history,
        coverage.coverage_quarter_before,
        coverage.coverage_year_before
    from coverage
    left join pipeline
        on coverage.scope = pipeline.scope and coverage.segment = pipeline.segment
)

select * from outlook
order by scope asc, segment asc
