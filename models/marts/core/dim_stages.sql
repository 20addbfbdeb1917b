-- Where deals end and where they were, and the stages ahead of them in pipelines they move through:
-- a map may hold processes nobody here uses.
with stages as (select * from {{ ref('int_stages_mapped') }}),

pipelines_in_use as (select * from {{ ref('int_pipelines_in_use') }}),

visits as (select * from {{ ref('int_stage_visits_rolled_up') }}),

visited as (
    select stage_id from visits
    group by stage_id
),

dim_stages as (
    select
        stages.stage_id,
        stages.stage_name,
        stages.pipeline_id,
        stages.stage_order,
        stages.is_qualified,
        stages.is_won,
        stages.is_lost,
        stages.expected_days
    from stages
    left join visited on stages.stage_id = visited.stage_id
    left join pipelines_in_use on stages.pipeline_id = pipelines_in_use.pipeline_id
    where stages.is_won
        or stages.is_lost
        or stages.stage_id = 'unmapped'
        or visited.stage_id is not null
        or pipelines_in_use.pipeline_id is not null
)

select * from dim_stages
order by pipeline_id, stage_order
