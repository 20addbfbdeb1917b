-- The stages HubSpot lists, deleted ones too, and those that only deals or their history name.
-- Won is what is closed with a probability of 1, lost what is closed with one of 0; where a
-- loader drops either, most of the deals now in the stage decide. Long, because of where a stage
-- may be named.
with stages as (select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}),

pipelines as (select * from {{ ref('stg_hubspot__deal_pipelines') }}),

deals as (select * from {{ ref('stg_hubspot__opportunities') }}),

changes as (select * from {{ ref('int_hubspot__opportunity_changes') }}),

seen as (
    select
        stage_name,
        pipeline
    from deals
    where stage_name is not null
    union all
    select
        changes.stage_name,
        deals.pipeline
    from changes
    inner join deals on changes.opportunity_id = deals.opportunity_id
    where changes.stage_name <> ''
),

named as (
    select
        stage_name,
        min(pipeline) as pipeline
    from seen
    group by stage_name
),

flags as (
    select
        stage_name,
        sum(case when is_closed then 1 else -1 end) > 0 as is_closed,
        sum(case when is_won then 1 else -1 end) > 0 as is_won
    from deals
    where is_closed is not null
    group by stage_name
),

known as (
    select
        stage_id,
        pipeline_id,
        coalesce(stage_label, stage_id) as stage_label,
        display_order,
        probability,
        is_closed,
        is_won,
        is_deleted
    from stages
    union all
    select
        named.stage_name as stage_id,
        named.pipeline as pipeline_id,
        named.stage_name as stage_label,
        cast(null as bigint) as display_order,
        cast(null as double) as probability,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        true as is_deleted
    from named
    anti join stages on named.stage_name = stages.stage_id
),

judged as (
    select
        known.stage_id,
        known.pipeline_id,
        known.stage_label,
        known.display_order,
        known.probability,
        known.is_deleted,
        coalesce(
            case when known.is_won or known.is_closed then true end,
            case when coalesce(known.probability, 0) in (0, 1) then flags.is_closed end,
            known.is_closed,
            case when known.probability > 0 and known.probability < 1 then false end
        ) as is_closed,
        coalesce(
            case when known.is_won or known.probability = 1 then true end,
            case when known.probability = 0 then false end,
            flags.is_won
        ) as is_won,
        flags.stage_name is not null as has_deals_with_flags
    from known
    left join flags on known.stage_id = flags.stage_name
),

int_hubspot__stages as (
    select
        judged.stage_id as stage_name,
        judged.probability as crm_probability,
        judged.pipeline_id as pipeline,
        coalesce(pipelines.pipeline_label, judged.pipeline_id) as pipeline_label,
        judged.stage_label,
        cast(judged.display_order + 1 as integer) as stage_order,
        coalesce(judged.is_closed and judged.is_won, false) as is_won,
        coalesce(judged.is_closed and not judged.is_won, false) as is_lost,
        judged.is_deleted,
        -- Closed and neither won nor lost, or of a probability of none or all and not closed.
        case
            when judged.is_closed then judged.is_won is null
            else
                coalesce(judged.probability in (0, 1), false) and not judged.has_deals_with_flags
        end as is_undecided
    from judged
    left join pipelines on judged.pipeline_id = pipelines.pipeline_id
)

select * from int_hubspot__stages
