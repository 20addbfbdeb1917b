-- One row per opportunity with the turning points of its life up to the as-of day. Long, because
-- versions, visits, closings and pushes each tell a part of it.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

closings as (select * from {{ ref('int_closings') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

pushes as (select * from {{ ref('int_opportunity_pushes') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

by_version as (
    select
        opportunity_id,
        min(valid_from) as created_at,
        max(version_number) as last_version_number,
        min_by(segment, version_number) as first_segment,
        min(valid_from) filter (where is_qualified and not is_deleted)
            as qualified_at,
        {{ first_amount('amount', 'version_number', 'is_qualified and not is_deleted') }}
            as qualified_amount,
        min_by(rep_id, version_number) filter (where is_qualified and not is_deleted)
            as qualified_rep_id,
        min_by(segment, version_number) filter (where is_qualified and not is_deleted)
            as qualified_segment,
        {{ first_text('opportunity_type', 'version_number', 'is_qualified and not is_deleted') }}
            as qualified_type,
        bool_or(is_inferred) as is_inferred
    from versions
    group by opportunity_id
),

push_counts as (
    select
        opportunity_id,
        count(*) as push_count
    from pushes
    group by opportunity_id
),

by_visit as (
    select
        opportunity_id,
        count(*) filter (where exit_kind = 'reopened') as reopen_count
    from visits
    group by opportunity_id
),

-- The closing that stands, if the deal is closed, is the last one.
last_closings as (
    select
        opportunity_id,
        max_by(booked_on, visit_number) as booked_on
    from closings
    group by opportunity_id
),

summarised as (
    select
        by_version.opportunity_id,
        by_version.created_at,
        {{ business_day('by_version.created_at') }} as created_on,
        by_version.first_segment,
        by_version.qualified_at,
        {{ business_day('by_version.qualified_at') }} as qualified_on,
        by_version.qualified_amount,
        by_version.qualified_rep_id,
        by_version.qualified_segment,
        by_version.qualified_type,
        last_versions.stage_id,
        last_versions.amount,
        last_versions.close_date,
        last_versions.rep_id,
        last_versions.segment,
        last_versions.acv_tier,
        last_versions.forecast_category,
        last_versions.opportunity_type,
        last_versions.is_deleted,
        last_versions.is_open,
        last_versions.is_won,
        last_versions.is_lost,
        -- What a deal was when its record was deleted stays booked, unless it was merged away.
        stages.is_won and not coalesce(opportunities.is_merged_away, false) as is_booked_won,
        stages.is_lost and not coalesce(opportunities.is_merged_away, false) as is_booked_lost,
        case
            when
                (stages.is_won or stages.is_lost)
                and not coalesce(opportunities.is_merged_away, false)
                then last_closings.booked_on
        end as closed_on,
        coalesce(push_counts.push_count, 0) as push_count,
        coalesce(by_visit.reopen_count, 0) as reopen_count,
        by_version.is_inferred
    from by_version
    inner join versions as last_versions
        on by_version.opportunity_id = last_versions.opportunity_id
        and by_version.last_version_number = last_versions.version_number
    inner join stages on last_versions.stage_id = stages.stage_id
    left join opportunities on by_version.opportunity_id = opportunities.opportunity_id
    left join push_counts on by_version.opportunity_id = push_counts.opportunity_id
    left join by_visit on by_version.opportunity_id = by_visit.opportunity_id
    left join last_closings on by_version.opportunity_id = last_closings.opportunity_id
)

select * from summarised
