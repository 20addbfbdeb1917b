-- Every raw stage name that occurs, with the stage it stands for and since when: while it lasts,
-- the row that names the CRM pipeline wins over the row for any, and a name nobody mapped stands
-- for `unmapped`. Where every deal that stands in such a name is closed by the CRM's own flag, it
-- is closed all the same, in a stage apart: no won deal is open for want of a row. Long, because
-- the flags are another witness.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

pipelines as (select * from {{ ref('int_opportunity_pipelines') }}),

stage_map as (select * from {{ ref('int_stage_map') }}),

names as (
    select
        source,
        coalesce(pipeline, '') as pipeline,
        stage_name
    from opportunities
    union
    select
        changes.source,
        pipelines.pipeline,
        changes.stage_name
    from changes
    inner join pipelines on changes.opportunity_id = pipelines.opportunity_id
    union
    select
        changes.source,
        pipelines.pipeline,
        changes.old_stage_name as stage_name
    from changes
    inner join pipelines on changes.opportunity_id = pipelines.opportunity_id
),

-- Of a stage that closes, all deals are closed. Where only some are, and where the map says that
-- the stage is open, it is open and those deals are closed one by one
-- (int_crm_rows_beside_history): the one deal that stands there today shall not turn the past of
-- all that went through.
flags as (
    select
        source,
        coalesce(pipeline, '') as pipeline,
        stage_name,
        bool_and(is_closed_in_crm or is_won_in_crm) as is_closed,
        bool_and(is_won_in_crm) as is_won
    from opportunities
    where is_current_at_as_of and not is_deleted
    group by 1, 2, 3
),

candidates as (
    select
        names.source,
        names.pipeline,
        names.stage_name,
        case
            when stage_map.stage_id is not null then stage_map.stage_id
            when not coalesce(flags.is_closed, false) then 'unmapped'
            when flags.is_won then 'unmapped_won'
            else 'unmapped_lost'
        end as stage_id,
        stage_map.stage_order,
        coalesce(stage_map.valid_from, date '0001-01-01') as valid_from,
        coalesce(stage_map.valid_to, date '9999-12-31') as valid_to,
        stage_map.pipeline is not null as names_pipeline
    from names
    left join stage_map
        on names.source = stage_map.source
        and names.stage_name = stage_map.raw_stage
        and names.pipeline = coalesce({{ mapped_pipeline('stage_map') }}, names.pipeline)
    left join flags
        on names.source = flags.source
        and names.pipeline = flags.pipeline
        and names.stage_name = flags.stage_name
    where names.stage_name is not null
),

edges as (
    {%- for edge in ['valid_from', 'valid_to'] %}
    select
        source,
        pipeline,
        stage_name,
        {{ edge }} as edge
    from candidates
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

stretches as (
    select
        source,
        pipeline,
        stage_name,
        edge as valid_from,
        lead(edge) over (partition by source, pipeline, stage_name order by edge) as valid_to
    from edges
),

-- The row for a pipeline goes first while it lasts; before and after, the row for any holds.
meanings as (
    select
        stretches.source,
        stretches.pipeline,
        stretches.stage_name,
        stretches.valid_from,
        stretches.valid_to,
        candidates.stage_id,
        candidates.stage_order,
        candidates.names_pipeline,
        bool_or(candidates.names_pipeline) over (
            partition by
                stretches.source, stretches.pipeline, stretches.stage_name, stretches.valid_from
        ) as is_pipeline_named
    from stretches
    inner join candidates
        on stretches.source = candidates.source
        and stretches.pipeline = candidates.pipeline
        and stretches.stage_name = candidates.stage_name
        and {{ in_force('candidates', 'stretches.valid_from') }}
),

stage_names_mapped as (
    select
        source,
        pipeline,
        stage_name,
        stage_id,
        stage_order,
        valid_from,
        valid_to
    from meanings
    where names_pipeline or not is_pipeline_named
)

select * from stage_names_mapped
