-- The pipeline of the as-of day is the open deals of fct_opportunities, by every key. Each weighted
-- amount is fixed to a hundredth of a cent, hence half of that per deal and one for the sum. A row
-- changed after the as-of day tells no close date of it, unless there is a history of them.
with pipeline as (
    select *
    from {{ ref('pipeline_daily') }}
    where date_day = {{ as_of_date() }}
),

opportunities as (select * from {{ ref('fct_opportunities') }}),

stages as (select * from {{ ref('dim_stages') }}),

crm_rows as (select * from {{ ref('int_opportunities_unioned') }}),

close_date_history as (select * from {{ ref('int_close_date_history') }}),

open_deals as (
    select
        opportunities.segment,
        opportunities.team_id,
        opportunities.rep_id,
        opportunities.stage_id,
        case
            when
                not crm_rows.is_current_at_as_of
                and not close_date_history.has_close_date_history
                then 'unknown'
            when
                {{ fiscal_quarter_start('opportunities.close_date') }}
                = {{ fiscal_quarter_start(as_of_date()) }}
                then 'this'
            when
                {{ fiscal_quarter_start('opportunities.close_date') }}
                = {{ fiscal_quarter_start(as_of_date(), shift=1) }}
                then 'next'
            when opportunities.close_date < {{ as_of_date() }} then 'past_due'
            else 'later'
        end as close_bucket,
        coalesce(opportunities.type, 'unknown') as opportunity_type,
        coalesce(opportunities.amount, 0) as amount,
        stages.is_qualified,
        opportunities.weighted_amount
    from opportunities
    inner join stages on opportunities.stage_id = stages.stage_id
    inner join crm_rows on opportunities.opportunity_id = crm_rows.opportunity_id
    inner join close_date_history on crm_rows.source = close_date_history.source
    where opportunities.status = 'open'
),

standing as (
    select
        segment,
        team_id,
        rep_id,
        stage_id,
        close_bucket,
        opportunity_type,
        count(*) as deal_count,
        sum(amount) as amount,
        sum(case when is_qualified then 1 else 0 end) as qualified_count,
        sum(case when is_qualified then amount else 0 end) as qualified_amount,
        sum(coalesce(weighted_amount, 0)) as weighted_amount
    from open_deals
    group by 1, 2, 3, 4, 5, 6
),

compared as (
    select
        coalesce(pipeline.rep_id, standing.rep_id) as rep_id,
        pipeline.deal_count as daily_deals,
        standing.deal_count as open_deals,
        pipeline.deal_count = standing.deal_count
        and coalesce(pipeline.amount, 0) = standing.amount
        and pipeline.qualified_count = standing.qualified_count
        and coalesce(pipeline.qualified_amount, 0) = standing.qualified_amount
        and abs(coalesce(pipeline.weighted_amount, 0) - standing.weighted_amount)
        <= greatest(
            0.00006 * (standing.deal_count + 1), 1e-13 * abs(standing.weighted_amount)
        ) as is_same
    from pipeline
    full join standing
        on pipeline.segment = standing.segment
        and pipeline.team_id = standing.team_id
        and pipeline.rep_id = standing.rep_id
        and pipeline.stage_id = standing.stage_id
        and pipeline.close_bucket = standing.close_bucket
        and pipeline.opportunity_type = standing.opportunity_type
),

broken as (
    select *
    from compared
    where not coalesce(is_same, false)
)

select * from broken
