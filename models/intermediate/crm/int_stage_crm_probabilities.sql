-- The probability the CRM itself gives to a stage: one number for every segment, set by hand. Two
-- raw names of one stage that disagree: the larger.
with crm_stages as (select * from {{ ref('int_crm_stages') }}),

stage_map as (select * from {{ ref('int_stage_map') }}),

probabilities as (
    select
        stage_map.stage_id,
        max(crm_stages.crm_probability) as crm_probability
    from crm_stages
    inner join stage_map
        on crm_stages.source = stage_map.source and crm_stages.stage_name = stage_map.raw_stage
    where crm_stages.crm_probability is not null
    group by stage_map.stage_id
)

select * from probabilities
