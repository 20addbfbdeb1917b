-- The change records of the deals that exist, with the stage each raw name stood for on that day.
with changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

dated as (
    select
        changes.*,
        {{ business_day('changes.changed_at') }} as changed_on,
        coalesce(opportunities.pipeline, '') as pipeline,
        -- A record dated before its deal (two clocks, a deal created again) tells of its first
        -- moment.
        greatest(changes.changed_at, opportunities.created_at) as observed_at
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
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
        dated.close_date,
        dated.rep_id,
        dated.forecast_category,
        dated.opportunity_type,
        {{ mapped_stage('dated.old_stage_name', 'old_stage_names') }} as old_stage_id,
        dated.old_amount,
        dated.old_close_date,
        dated.old_rep_id,
        dated.old_forecast_category,
        dated.old_opportunity_type
    from dated
    left join stage_names
        on dated.source = stage_names.source
        and dated.pipeline = stage_names.pipeline
        and dated.stage_name = stage_names.stage_name
        and dated.changed_on >= stage_names.valid_from
        and dated.changed_on < stage_names.valid_to
    left join stage_names as old_stage_names
        on dated.source = old_stage_names.source
        and dated.pipeline = old_stage_names.pipeline
        and dated.old_stage_name = old_stage_names.stage_name
        and dated.changed_on >= old_stage_names.valid_from
        and dated.changed_on < old_stage_names.valid_to
)

select * from mapped
