-- What people did or booked, with its business days. A view: whoever needs the day alone is spared
-- the segment, and whoever needs the segment reads int_activities_credited.
{{ config(materialized='view') }}
with activities as (select * from {{ ref('int_activities_typed') }}),

human as (
    select
        activity_id,
        source,
        activity_type,
        is_meeting,
        direction,
        rep_id,
        opportunity_id,
        account_id,
        lead_id,
        contact_id,
        booked_at,
        occurred_at,
        {{ business_day('booked_at') }} as booked_on,
        {{ business_day('occurred_at') }} as occurred_on,
        outcome
    from activities
    where activity_type not in ('automated', 'other')
        and not is_deleted
        and outcome <> 'open'
        and booked_at is not null
)

select * from human
