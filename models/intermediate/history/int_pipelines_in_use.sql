-- The pipelines deals move through, and since when: from the day on by which deals have stood in
-- two of a pipeline's open stages, or in its only one. One stage is not enough, because processes
-- share names. A stage this project had to infer, the first or the first qualified one of a
-- pipeline, shows no use of it: only a stage that a record or a row names.
with visits as (select * from {{ ref('int_stage_visits_rolled_up') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

beginnings as (select * from {{ ref('int_opportunity_beginnings') }}),

named as (
    select
        opportunity_id,
        stated_stage_id as stage_id
    from current_rows
    union
    select
        opportunity_id,
        first_stage_id as stage_id
    from beginnings
),

stood as (
    select
        stage_id,
        entered_at
    from visits
    where not is_deleted and not is_inferred
    union all
    select
        visits.stage_id,
        visits.entered_at
    from visits
    semi join named
        on visits.opportunity_id = named.opportunity_id and visits.stage_id = named.stage_id
    where not visits.is_deleted and visits.is_inferred
),

first_stood as (
    select
        stage_id,
        min(entered_at) as first_entered_at
    from stood
    group by stage_id
),

ranked as (
    select
        stages.pipeline_id,
        first_stood.first_entered_at,
        count(*) over (partition by stages.pipeline_id) as open_stages,
        row_number() over (
            partition by stages.pipeline_id
            order by first_stood.first_entered_at asc nulls last, stages.stage_id asc
        ) as place
    from stages
    left join first_stood on stages.stage_id = first_stood.stage_id
    where not stages.is_won and not stages.is_lost
),

pipelines_in_use as (
    select
        pipeline_id,
        {{ business_day('first_entered_at') }} as in_use_from
    from ranked
    where place = least(2, open_stages) and first_entered_at is not null
)

select * from pipelines_in_use
