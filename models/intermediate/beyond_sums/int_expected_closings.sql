-- What the open pipeline is expected to bring into the running month and quarter: the deals that
-- stand open on the as-of day with a close date in it, weighted by how likely they are won.
with periods as (
    select *
    from {{ ref('int_calendar_periods') }}
    where period_type in ('month', 'quarter') and not is_complete
),

spans as (
    select *
    from {{ ref('int_pipeline_spans') }}
    where to_day > {{ as_of_date() }}
),

probabilities as (
    select *
    from {{ ref('int_stage_probabilities') }}
    where month_start = {{ month_start(as_of_date()) }}
),

scopes as (select * from {{ ref('int_scopes') }}),

expected as (
    select
        periods.period_type,
        periods.period_start,
        scopes.scope,
        {{ reported_keys('spans') }},
        sum({{ weighted('spans.amount', 'probabilities.probability') }}) as weighted_amount
    from periods
    inner join spans
        on periods.period_start <= spans.close_date
        and periods.period_end >= spans.close_date
    inner join probabilities
        on spans.segment = probabilities.segment
        and spans.stage_id = probabilities.stage_id
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
)

select * from expected
