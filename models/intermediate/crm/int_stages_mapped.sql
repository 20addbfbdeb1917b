-- The stages of this company, one row each: what the stage map says, plus the place for names
-- nobody mapped.
with stage_map as (select * from {{ ref('int_stage_map') }}),

mapped as (
    select distinct
        stage_id,
        stage_name,
        pipeline_id,
        stage_order,
        -- Closed Won is always qualified.
        is_qualified or is_won as is_qualified,
        is_won,
        is_lost,
        expected_days
    from stage_map
    -- A stage only an unused source maps to is no stage of this company: nobody can skip it.
    where source in ('{{ crm_sources() | join("', '") }}')
),

stages as (
    select * from mapped
    union all
    select
        'unmapped' as stage_id,
        'Unmapped' as stage_name,
        'unmapped' as pipeline_id,
        cast(null as integer) as stage_order,
        false as is_qualified,
        false as is_won,
        false as is_lost,
        cast(null as integer) as expected_days
    union all
    -- Closed by the CRM's own flag, and the map does not say so.
    select
        'unmapped_won' as stage_id,
        'Won, unmapped' as stage_name,
        'unmapped' as pipeline_id,
        cast(null as integer) as stage_order,
        true as is_qualified,
        true as is_won,
        false as is_lost,
        cast(null as integer) as expected_days
    union all
    select
        'unmapped_lost' as stage_id,
        'Lost, unmapped' as stage_name,
        'unmapped' as pipeline_id,
        cast(null as integer) as stage_order,
        false as is_qualified,
        false as is_won,
        true as is_lost,
        cast(null as integer) as expected_days
)

select * from stages
