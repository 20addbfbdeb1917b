-- Health is built from versions that were open at the end of the as-of day, status from the last
-- version: the two ways must meet. Reasons stand with every colour but green.
with opportunities as (select * from {{ ref('fct_opportunities') }}),

broken as (
    select opportunity_id
    from opportunities
    where
        (status = 'open') <> (health is not null)
        or coalesce(health in ('red', 'amber'), false) <> (health_reasons is not null)
)

select * from broken
