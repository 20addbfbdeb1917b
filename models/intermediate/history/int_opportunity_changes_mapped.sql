-- The change records of the deals that exist, with the stage each raw name stood for on that day in
-- the pipeline the deal was in. Long, because of the many fields a record may tell.
with changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

pipelines as (select * from {{ ref('int_opportunity_pipelines') }}),

stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

carried_names as (select * from {{ ref('int_stage_names_carried') }}),

precisions as (select * from {{ ref('int_change_precisions') }}),

dated as (
    select
        changes.source,
        changes.opportunity_id,
        changes.changed_at,
        changes.loader_sequence,
        changes.change_id,
        coalesce(changes.stage_name, carried_names.stage_name) as stage_name,
        changes.amount,
        changes.currency_code,
        changes.close_date,
        changes.rep_id,
        changes.forecast_category,
        changes.opportunity_type,
        changes.segment_value,
        changes.loss_reason,
        coalesce(changes.old_stage_name, carried_names.old_stage_name) as old_stage_name,
        changes.old_amount,
        changes.old_currency_code,
        changes.old_close_date,
        changes.old_rep_id,
        changes.old_forecast_category,
        changes.old_opportunity_type,
        changes.old_segment_value,
        changes.old_loss_reason,
        changes.crm_probability,
        coalesce(changes.tells_crm_probability, false) as tells_crm_probability,
        coalesce(changes.is_remembered, false) as is_remembered,
        precisions.source is not null
        and coalesce(changes.changed_at < precisions.timed_from, true) as is_known_by_day,
        {{ business_day('changes.changed_at') }} as changed_on,
        pipelines.pipeline,
        old_pipelines.pipeline as old_pipeline,
        -- A record dated before its deal (two clocks, a deal created again) tells of its first
        -- moment.
        greatest(changes.changed_at, opportunities.created_at) as observed_at
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    inner join pipelines
        on changes.opportunity_id = pipelines.opportunity_id
        and {{ in_force('pipelines', 'changes.changed_at') }}
    inner join pipelines as old_pipelines
        on changes.opportunity_id = old_pipelines.opportunity_id
        and {{ in_force('old_pipelines', 'changes.changed_at', just_before=true) }}
    left join precisions on changes.source = precisions.source
    left join carried_names
        on changes.source = carried_names.source and changes.change_id = carried_names.change_id
    where changes.changed_at is not null
),

mapped as (
    select
        dated.opportunity_id,
        dated.observed_at,
        dated.changed_at,
        dated.loader_sequence,
        dated.change_id,
        {{ mapped_stage('dated.stage_name', 'stage_names') }} as stage_id,
        stage_names.stage_order,
        dated.amount,
        dated.currency_code,
        dated.close_date,
        dated.rep_id,
        dated.forecast_category,
        dated.opportunity_type,
        dated.segment_value,
        dated.loss_reason,
        dated.crm_probability,
        dated.tells_crm_probability,
        dated.is_known_by_day,
        {{ mapped_stage('dated.old_stage_name', 'old_stage_names') }} as old_stage_id,
        dated.old_amount,
        dated.old_currency_code,
        dated.old_close_date,
        dated.old_rep_id,
        dated.old_forecast_category,
        dated.old_opportunity_type,
        dated.old_segment_value,
        dated.old_loss_reason,
        dated.is_remembered
    from dated
    left join stage_names
        on dated.source = stage_names.source
        and dated.pipeline = stage_names.pipeline
        and dated.stage_name = stage_names.stage_name
        and {{ in_force('stage_names', 'dated.changed_on') }}
    left join stage_names as old_stage_names
        on dated.source = old_stage_names.source
        and dated.old_pipeline = old_stage_names.pipeline
        and dated.old_stage_name = old_stage_names.stage_name
        and {{ in_force('old_stage_names', 'dated.changed_on') }}
)

select * from mapped
