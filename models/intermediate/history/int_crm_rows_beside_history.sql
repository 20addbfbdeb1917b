-- The CRM's current row of each deal beside the beginning of its recorded history: what the row
-- alone can prove, and what it adds to the records. Long, because each field of the row is read by
-- a rule of its own.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

beginnings as (select * from {{ ref('int_opportunity_beginnings') }}),

stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

precisions as (select * from {{ ref('int_change_precisions') }}),

-- Deals that are closed by the CRM's own flag in a stage that is none: a deal is never open against
-- the word of its row. A row older than a change record is an older copy, and proves nothing.
flagged as (
    select
        opportunities.opportunity_id,
        case when opportunities.is_won_in_crm then 'unmapped_won' else 'unmapped_lost' end
            as flagged_stage_id
    from opportunities
    left join beginnings on opportunities.opportunity_id = beginnings.opportunity_id
    where (opportunities.is_closed_in_crm or opportunities.is_won_in_crm)
        and opportunities.is_current_at_as_of
        and coalesce(
            not {{ is_older_copy('opportunities.last_modified_at', 'beginnings.last_changed_at') }},
            true
        )
),

pipelines as (
    select
        pipeline_id,
        min_by(stage_id, stage_order) as first_stage_id,
        coalesce(
            min_by(stage_id, stage_order) filter (where is_qualified),
            min_by(stage_id, stage_order)
        ) as first_qualified_stage_id
    from stages
    where not is_won and not is_lost
    group by pipeline_id
),

-- Deals of several processes may end in one place: theirs is then the one in which their pipeline
-- in the CRM has its open stages.
own_pipelines as (
    select
        stage_names.source,
        stage_names.pipeline,
        min(pipelines.first_stage_id) as first_stage_id,
        min(pipelines.first_qualified_stage_id) as first_qualified_stage_id
    from stage_names
    inner join stages on stage_names.stage_id = stages.stage_id
    inner join pipelines on stages.pipeline_id = pipelines.pipeline_id
    where not stages.is_won and not stages.is_lost and stages.stage_id <> 'unmapped'
    group by stage_names.source, stage_names.pipeline
    having count(distinct pipelines.pipeline_id) = 1
),

current_rows as (
    select
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.qualified_at,
        opportunities.last_modified_at,
        opportunities.is_current_at_as_of,
        opportunities.is_deleted,
        opportunities.is_creation_inferred,
        opportunities.rep_id,
        opportunities.forecast_category,
        opportunities.opportunity_type,
        opportunities.currency_code,
        opportunities.segment_value,
        opportunities.loss_reason_value as loss_reason,
        opportunities.close_date,
        coalesce(
            flagged.flagged_stage_id,
            {{ mapped_stage('opportunities.stage_name', 'stage_names') }}
        ) as stated_stage_id,
        coalesce(flagged.flagged_stage_id, stage_names.stage_id, 'unmapped') as stage_id,
        coalesce(stages.is_won or stages.is_lost, false) or flagged.flagged_stage_id is not null
            as is_closed_stage,
        flagged.flagged_stage_id is not null as is_closed_by_flag,
        -- Where stages have no order, a deal that only a flag closes was in the stage it names.
        coalesce(
            pipelines.first_stage_id,
            own_pipelines.first_stage_id,
            case when flagged.flagged_stage_id is not null then stage_names.stage_id end,
            'unmapped'
        ) as first_stage_id,
        coalesce(
            pipelines.first_qualified_stage_id,
            own_pipelines.first_qualified_stage_id,
            'unmapped'
        ) as first_qualified_stage_id,
        -- A value that could not be read says nothing about the deal: history knows better.
        case
            when opportunities.bad_values like '%amount%' then null
            else {{ told_by_row('amount', 'opportunities.amount', no_amount()) }}
        end as stated_amount,
        case
            when opportunities.bad_values like '%close_date%' then null
            else {{ told_by_row('close_date', 'opportunities.close_date', no_date()) }}
        end as stated_close_date,
        {{ told_by_row('rep_id', 'opportunities.rep_id', "'unassigned'") }} as stated_rep_id,
        {{ told_by_row('forecast_category', 'opportunities.forecast_category', no_text()) }}
            as stated_forecast_category,
        {{ told_by_row('opportunity_type', 'opportunities.opportunity_type', no_text()) }}
            as stated_opportunity_type,
        {{ told_by_row('currency_code', 'opportunities.currency_code', no_text()) }}
            as stated_currency_code,
        case
            when not coalesce(beginnings.is_segment_remembered, false)
                then {{ told_by_row('segment_value', 'opportunities.segment_value', no_text()) }}
        end as stated_segment_value,
        case
            when not coalesce(beginnings.is_loss_reason_remembered, false)
                then {{ told_by_row('loss_reason', 'opportunities.loss_reason_value', no_text()) }}
        end as stated_loss_reason,
        beginnings.first_stage_id is not null as has_stage_history,
        coalesce(beginnings.is_stage_extended_back, false)
        and beginnings.stage_known_from > opportunities.created_at as is_extended_back,
        -- A record that starts with a closing proves that the deal was open before it; where days
        -- are all that is known, also on the day of its creation.
        case
            when
                beginnings.is_stage_extended_back
                and (
                    beginnings.stage_known_from > opportunities.created_at
                    or beginnings.is_stage_known_by_day
                )
                and (known_stages.is_won or known_stages.is_lost)
                then coalesce(known_pipelines.first_stage_id, own_pipelines.first_stage_id)
            else beginnings.first_stage_id
        end as first_known_stage_id,
        -- Before the log began only the close date tells when a deal closed that it calls closed
        -- from its first record on: the day of that record is the day of the import.
        beginnings.first_stage_id as first_recorded_stage_id,
        case
            when beginnings.is_stage_extended_back
                and (known_stages.is_won or known_stages.is_lost)
                and coalesce(beginnings.first_close_date, opportunities.close_date)
                between date '0002-01-01' and {{ business_day('precisions.told_from') }} - 1
                then
                    greatest(
                        opportunities.created_at,
                        {{ business_midnight(
                            'coalesce(beginnings.first_close_date, opportunities.close_date)'
                        ) }}
                    )
        end as closed_before_records_at,
        beginnings.first_amount,
        beginnings.first_close_date,
        beginnings.first_rep_id,
        beginnings.first_forecast_category,
        beginnings.first_opportunity_type,
        beginnings.first_currency_code,
        beginnings.first_segment_value,
        beginnings.first_loss_reason,
        coalesce(beginnings.last_changed_at, opportunities.created_at) as last_changed_at,
        coalesce(beginnings.last_stage_changed_at, opportunities.created_at)
            as last_stage_changed_at
    from opportunities
    left join beginnings on opportunities.opportunity_id = beginnings.opportunity_id
    left join precisions on opportunities.source = precisions.source
    left join stage_names
        on opportunities.source = stage_names.source
        and coalesce(opportunities.pipeline, '') = stage_names.pipeline
        and opportunities.stage_name = stage_names.stage_name
        and {{ in_force('stage_names', as_of_date()) }}
    left join stages on stage_names.stage_id = stages.stage_id
    left join flagged
        on opportunities.opportunity_id = flagged.opportunity_id
        and not coalesce(stages.is_won or stages.is_lost, false)
    left join pipelines on stages.pipeline_id = pipelines.pipeline_id
    left join stages as known_stages on beginnings.first_stage_id = known_stages.stage_id
    left join own_pipelines
        on opportunities.source = own_pipelines.source
        and coalesce(opportunities.pipeline, '') = own_pipelines.pipeline
        and (stages.is_won or stages.is_lost or known_stages.is_won or known_stages.is_lost)
    left join pipelines as known_pipelines
        on known_stages.pipeline_id = known_pipelines.pipeline_id
)

select * from current_rows
