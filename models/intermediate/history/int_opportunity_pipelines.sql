-- The CRM's pipeline of each deal over time: what its records tell; where they do not tell it, what
-- their stage names prove; where those prove nothing, the pipeline of the current row. Long,
-- because the two kinds of evidence come from different columns.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

stage_map as (select * from {{ ref('int_stage_map') }}),

-- A log may name record types by id and by name: only what has the form of the row's own counts.
told as (
    select
        changes.opportunity_id,
        changes.changed_at,
        {{ tuple_of([
            'coalesce(changes.loader_sequence, 9223372036854775807)', 'changes.change_id',
        ]) }} as place,
        changes.pipeline,
        changes.old_pipeline
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at is not null
        and changes.pipeline is not null
        and {{ pipeline_is_named_alike('changes', 'opportunities') }}
),

mapped as (
    select
        stage_map.source,
        stage_map.raw_stage,
        {{ mapped_pipeline('stage_map') }} as pipeline
    from stage_map
),

known_pipelines as (
    select distinct
        source,
        pipeline
    from mapped
    where pipeline is not null
),

-- A stage name that one pipeline alone has proves that a deal was in that pipeline.
homes as (
    select
        source,
        raw_stage as stage_name,
        min(pipeline) as pipeline
    from mapped
    group by source, raw_stage
    having count(distinct coalesce(pipeline, '')) = 1 and min(pipeline) is not null
),

silent as (
    select
        opportunities.opportunity_id,
        opportunities.source
    from opportunities
    semi join known_pipelines
        on opportunities.source = known_pipelines.source
        and opportunities.pipeline = known_pipelines.pipeline
    anti join told on opportunities.opportunity_id = told.opportunity_id
),

proven as (
    select
        changes.opportunity_id,
        changes.changed_at,
        {{ tuple_of([
            'coalesce(changes.loader_sequence, 9223372036854775807)', 'changes.change_id',
        ]) }} as place,
        homes.pipeline,
        old_homes.pipeline as old_pipeline
    from changes
    inner join silent on changes.opportunity_id = silent.opportunity_id
    inner join homes
        on changes.source = homes.source and changes.stage_name = homes.stage_name
    left join homes as old_homes
        on changes.source = old_homes.source and changes.old_stage_name = old_homes.stage_name
    where changes.changed_at is not null
),

evidence as (
    select
        *,
        false as is_inferred
    from told
    union all
    select
        *,
        true as is_inferred
    from proven
),

instants as (
    select
        opportunity_id,
        changed_at,
        max_by(pipeline, place) as pipeline,
        -- A record that does not tell what was before it is extended back.
        min_by(coalesce(old_pipeline, pipeline), place) as old_pipeline,
        bool_or(is_inferred) as is_inferred
    from evidence
    group by opportunity_id, changed_at
),

beginnings as (
    select
        opportunity_id,
        min_by(old_pipeline, changed_at) as pipeline,
        bool_or(is_inferred) as is_inferred
    from instants
    group by opportunity_id
),

settings as (
    select
        opportunity_id,
        timestamp '0001-01-01 00:00:00' as valid_from,
        pipeline,
        is_inferred
    from beginnings
    union all
    select
        opportunity_id,
        changed_at as valid_from,
        pipeline,
        is_inferred
    from instants
    union all
    select
        opportunities.opportunity_id,
        timestamp '0001-01-01 00:00:00' as valid_from,
        coalesce(opportunities.pipeline, '') as pipeline,
        false as is_inferred
    from opportunities
    anti join beginnings on opportunities.opportunity_id = beginnings.opportunity_id
),

compared as (
    select
        *,
        lag(pipeline) over ({{ over_deal('valid_from') }}) as pipeline_before
    from settings
),

pipelines as (
    select
        opportunity_id,
        row_number() over ({{ over_deal('valid_from') }}) as pipeline_number,
        pipeline,
        valid_from,
        lead(valid_from, 1, timestamp '9999-12-31 00:00:00') over ({{ over_deal('valid_from') }})
            as valid_to,
        is_inferred
    from compared
    where pipeline is distinct from pipeline_before
)

select * from pipelines
