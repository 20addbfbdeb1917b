-- Tasks that stood open at the end of a day, and meetings that lay ahead: what was done on the day
-- it was written down was never a next action.
with activities as (select * from {{ ref('int_activities_typed') }}),

actions as (
    select
        activity_id,
        source,
        opportunity_id,
        rep_id,
        {{ business_day('booked_at') }} as opened_on,
        -- A meeting is never overdue.
        case when not is_meeting then due_on end as due_on,
        case when is_meeting or is_done then {{ business_day('occurred_at') }} end as ended_on
    from activities
    where activity_type <> 'automated' and not is_deleted and booked_at is not null
),

next_actions as (
    select *
    from actions
    where ended_on is null or ended_on > opened_on
)

select * from next_actions
