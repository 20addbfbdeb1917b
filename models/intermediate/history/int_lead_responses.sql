-- The first time a person reached out to each lead, by call, mail or meeting. On conversion CRMs
-- move a lead's activities to the deal, so the touches of a deal that the conversion created count
-- from the lead's creation on; those of a deal that was there already, from the conversion on.
with leads as (select * from {{ ref('int_leads_unioned') }}),

activities as (select * from {{ ref('int_activities_human') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

business_days as (select * from {{ ref('int_business_days') }}),

clocks as (
    select distinct time_zone
    from business_days
),

touches as (
    select *
    from activities
    where direction = 'outbound'
        and activity_type <> 'reply'
        and outcome in ('done', 'held', 'no_show')
),

-- Where no touch is linked to any lead, an unanswered lead means nothing.
touches_known as (
    select
        source,
        min(occurred_on) as known_from
    from touches
    where lead_id is not null
    group by source
),

lead_touches as (
    select
        leads.lead_id,
        touches.occurred_at
    from leads
    inner join touches on leads.lead_id = touches.lead_id
    where touches.occurred_at >= leads.created_at
    union all
    select
        leads.lead_id,
        touches.occurred_at
    from leads
    inner join touches on leads.converted_opportunity_id = touches.opportunity_id
    inner join opportunities on leads.converted_opportunity_id = opportunities.opportunity_id
    where touches.occurred_at >= leads.created_at
        and (
            opportunities.created_at >= leads.created_at
            or touches.occurred_on >= leads.converted_on
        )
),

first_touches as (
    select
        lead_id,
        min(occurred_at) as first_touch_at
    from lead_touches
    group by lead_id
),

dated as (
    select
        leads.lead_id,
        leads.rep_id,
        leads.created_at,
        leads.created_on,
        {{ is_word_of('leads.rating', var('hot_lead_ratings')) }}
        or {{ is_word_of('leads.lead_source', var('hot_lead_sources')) }} as is_hot,
        touches_known.known_from as touches_known_from,
        first_touches.first_touch_at,
        {{ local_day('leads.created_at', 'clocks.time_zone') }} as local_created_on,
        {{ local_day('first_touches.first_touch_at', 'clocks.time_zone') }} as local_touched_on
    from leads
    left join touches_known on leads.source = touches_known.source
    left join first_touches on leads.lead_id = first_touches.lead_id
    left join clocks on clocks.time_zone is not null
    where not leads.is_deleted
),

responses as (
    select
        dated.lead_id,
        dated.rep_id,
        dated.created_at,
        dated.created_on,
        dated.is_hot,
        dated.touches_known_from,
        dated.first_touch_at,
        {{ micros_between('dated.created_at', 'dated.first_touch_at') }} as response_micros,
        {{ open_micros_until('dated.created_at', 'created_days') }} as open_micros_at_creation,
        case
            when dated.first_touch_at is not null
                then {{ open_micros_until('dated.first_touch_at', 'touched_days') }}
        end as open_micros_at_touch
    from dated
    left join business_days as created_days
        on dated.local_created_on = created_days.calendar_day
    left join business_days as touched_days
        on dated.local_touched_on = touched_days.calendar_day
)

select * from responses
