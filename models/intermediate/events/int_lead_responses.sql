-- The first time a person reached out to each lead, by call, mail or meeting. On conversion CRMs
-- move a lead's activities to the contact and to the deal, if there is one, so a lead is looked for
-- under all it became. Long, because each of these has its own rule of what answered the lead.
with leads as (select * from {{ ref('int_leads_unioned') }}),

-- Filtered where it is read: kept whole in memory for its four readers it took twice as long.
touches as (
    select *
    from {{ ref('int_activities_human') }}
    where direction = 'outbound'
        and activity_type <> 'reply'
        and outcome in ('done', 'held', 'no_show')
),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

business_days as (select * from {{ ref('int_business_days') }}),

clocks as (
    select distinct time_zone
    from business_days
),

-- A touch of a lead that was merged is one of the survivor.
direct_touches as (
    select
        coalesce(touched.merged_into_lead_id, touches.lead_id) as lead_id,
        touches.source,
        touches.occurred_at,
        touches.occurred_on
    from touches
    left join leads as touched on touches.lead_id = touched.lead_id
    where touches.lead_id is not null
),

-- The deal the conversion created, or one that was there already. A conversion to come has created
-- no deal yet, but may have moved what was done before it.
deal_touches as (
    select
        leads.lead_id,
        touches.source,
        touches.occurred_at,
        touches.occurred_on
    from leads
    inner join touches on leads.becomes_opportunity_id = touches.opportunity_id
    left join opportunities on leads.becomes_opportunity_id = opportunities.opportunity_id
    where touches.occurred_at >= leads.created_at
        and (
            coalesce(opportunities.created_at >= leads.created_at, true)
            or touches.occurred_on >= leads.becomes_on
        )
),

-- The contact is the person who asked: what is about no deal and no other lead answered them, also
-- before the conversion; once the lead is that contact, what is about a deal does so too.
contact_touches as (
    select
        leads.lead_id,
        touches.source,
        touches.occurred_at,
        touches.occurred_on
    from leads
    inner join touches on leads.becomes_contact_id = touches.contact_id
    where touches.lead_id is null
        and touches.occurred_at >= leads.created_at
        and (touches.opportunity_id is null or touches.occurred_on >= leads.becomes_on)
),

-- An account has other people too: as for a deal, what the conversion created counts from the
-- lead's creation on, what was there already from the conversion on.
account_touches as (
    select
        leads.lead_id,
        touches.source,
        touches.occurred_at,
        touches.occurred_on
    from leads
    inner join touches on leads.becomes_account_id = touches.account_id
    left join accounts on leads.becomes_account_id = accounts.account_id
    where touches.lead_id is null
        and touches.contact_id is null
        and touches.opportunity_id is null
        and touches.occurred_at >= leads.created_at
        and (
            coalesce(accounts.created_at >= leads.created_at, false)
            or touches.occurred_on >= leads.becomes_on
        )
),

linked_touches as (
    select * from direct_touches
    union all
    select * from deal_touches
    union all
    select * from contact_touches
    union all
    select * from account_touches
),

-- Where no touch is linked to any lead, an unanswered lead means nothing.
touches_known as (
    select
        source,
        min(occurred_on) as known_from
    from linked_touches
    group by source
),

lead_touches as (
    select
        leads.lead_id,
        linked_touches.occurred_at
    from leads
    inner join linked_touches on leads.lead_id = linked_touches.lead_id
    where linked_touches.occurred_at >= leads.created_at
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
