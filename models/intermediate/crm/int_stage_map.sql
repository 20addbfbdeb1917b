-- What every stage of a CRM is: the rows of the stage map, and for a stage that its CRM lists and
-- the map does not name, what the CRM says. A pipeline all of whose stages the map knows by name,
-- as those of one process of whatever CRM, is that process; any other has its own stages in its
-- own order. Long, because a stage may be known in three ways.
with stage_map as (select * from {{ configured('stage_map') }}),

crm_stages as (select * from {{ ref('int_crm_stages') }}),

listed as (
    select *
    from crm_stages
    where stage_label is not null
),

untold as (
    select listed.*
    from listed
    left join stage_map
        on listed.source = stage_map.source
        and listed.stage_name = stage_map.raw_stage
        and listed.pipeline = coalesce({{ mapped_pipeline('stage_map') }}, listed.pipeline)
    where stage_map.stage_id is null
),

-- A name that stands for two stages says nothing.
names as (
    select
        lower(raw_stage) as known_name,
        min(stage_id) as stage_id,
        min(stage_name) as stage_name,
        min(pipeline_id) as pipeline_id,
        min(stage_order) as stage_order,
        bool_or(is_qualified) as is_qualified,
        bool_or(is_won) as is_won,
        bool_or(is_lost) as is_lost,
        min(expected_days) as expected_days
    from stage_map
    group by lower(raw_stage)
    having count(distinct stage_id) = 1
),

-- Where deals end is one place for all pipelines.
ends as (
    select
        is_won,
        is_lost,
        min(stage_id) as stage_id,
        min(stage_name) as stage_name,
        min(pipeline_id) as pipeline_id,
        min(stage_order) as stage_order
    from stage_map
    where is_won or is_lost
    group by is_won, is_lost
    having count(distinct stage_id) = 1
),

processes as (
    select
        untold.source,
        untold.pipeline,
        min(names.pipeline_id) as pipeline_id
    from untold
    left join names on lower(untold.stage_label) = names.known_name
    where not (untold.is_won or untold.is_lost or untold.is_deleted)
    group by untold.source, untold.pipeline
    having count(*) = count(names.stage_id)
        and count(distinct names.pipeline_id) = 1
        and count(*) = count(distinct names.stage_order)
),

defaults as (
    select
        untold.source,
        untold.stage_name as raw_stage,
        coalesce(
            ends.stage_id,
            case when processes.pipeline_id is not null then names.stage_id end,
            untold.stage_name
        ) as stage_id,
        coalesce(
            ends.stage_name,
            case when processes.pipeline_id is not null then names.stage_name end,
            untold.stage_label
        ) as stage_name,
        coalesce(
            ends.pipeline_id, processes.pipeline_id, untold.pipeline_label, untold.source
        ) as pipeline_id,
        case
            when ends.stage_id is not null then ends.stage_order
            when processes.pipeline_id is null then untold.stage_order
            else names.stage_order
        end as stage_order,
        case
            when processes.pipeline_id is not null and names.stage_id is not null
                then names.is_qualified
            when untold.is_lost then false
            else untold.is_won or coalesce(untold.crm_probability >= {{ qualified_from() }}, false)
        end as is_qualified,
        untold.is_won,
        untold.is_lost,
        case when processes.pipeline_id is not null then names.expected_days end as expected_days
    from untold
    left join ends on untold.is_won = ends.is_won and untold.is_lost = ends.is_lost
    left join processes
        on untold.source = processes.source and untold.pipeline = processes.pipeline
    left join names
        on lower(untold.stage_label) = names.known_name
        and processes.pipeline_id = names.pipeline_id
        and not (names.is_won or names.is_lost)
),

-- A stage belongs to one pipeline.
counted as (
    select
        *,
        row_number() over (
            partition by source, raw_stage order by pipeline_id asc, stage_order asc, stage_id asc
        ) as choice
    from defaults
),

int_stage_map as (
    select
        source,
        pipeline,
        raw_stage,
        valid_from,
        valid_to,
        stage_id,
        stage_name,
        pipeline_id,
        stage_order,
        is_qualified,
        is_won,
        is_lost,
        expected_days
    from stage_map
    union all
    select
        source,
        cast(null as {{ dbt.type_string() }}) as pipeline,
        raw_stage,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        stage_id,
        stage_name,
        pipeline_id,
        stage_order,
        is_qualified,
        is_won,
        is_lost,
        expected_days
    from counted
    where choice = 1
)

select * from int_stage_map
