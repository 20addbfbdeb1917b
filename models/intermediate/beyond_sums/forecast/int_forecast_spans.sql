-- The runs of days over which a deal stands in the open pipeline unchanged, with the day it entered
-- its stage.
with spans as (select * from {{ ref('int_pipeline_spans') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

forecast_spans as (
    select
        spans.opportunity_id,
        spans.from_day,
        spans.to_day,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        spans.stage_id,
        spans.close_date,
        spans.amount,
        visits.entered_on
    from spans
    inner join versions
        on spans.opportunity_id = versions.opportunity_id
        and spans.version_number = versions.version_number
    inner join visits
        on versions.opportunity_id = visits.opportunity_id
        and versions.visit_number = visits.visit_number
)

select * from forecast_spans
