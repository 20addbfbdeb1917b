-- Closings less reopenings, over all time, must leave exactly the deals that stand closed, or were
-- closed when their record was deleted. A deal that was merged into another is none of them.
with closings as (select * from {{ ref('int_closing_events') }}),

visits as (select * from {{ ref('fct_stage_visits') }}),

stages as (select * from {{ ref('dim_stages') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

booked as (
    select
        opportunity_id,
        sum(coalesce(won_count, 0)) as won,
        sum(coalesce(lost_count, 0)) as lost
    from closings
    group by opportunity_id
),

standing as (
    select
        visits.opportunity_id,
        max(case when stages.is_won and not opportunities.is_merged_away then 1 else 0 end) as won,
        max(case when stages.is_lost and not opportunities.is_merged_away then 1 else 0 end) as lost
    from visits
    inner join stages on visits.stage_id = stages.stage_id
    inner join opportunities on visits.opportunity_id = opportunities.opportunity_id
    where visits.exit_kind in ('open', 'deleted')
    group by visits.opportunity_id
),

broken as (
    select standing.opportunity_id
    from standing
    left join booked on standing.opportunity_id = booked.opportunity_id
    where standing.won <> coalesce(booked.won, 0) or standing.lost <> coalesce(booked.lost, 0)
)

select * from broken
