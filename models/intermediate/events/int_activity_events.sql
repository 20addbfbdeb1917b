-- Human activities, already summed by day, rep and segment: a year of one team is hundreds of
-- thousands of them. A meeting counts twice, on the day it was booked and on the day it took place.
-- Calls and mails are what a rep made and sent: those that came in are the other side's, and what
-- stayed within the company is no activity with a customer. Long, because each count has its own
-- condition.
with activities as (
    select *
    from {{ ref('int_activities_credited') }}
    where direction is distinct from 'internal'
),

-- Read apart: few activities are meetings, and the others need not wait in memory for them.
meetings as (
    select *
    from {{ ref('int_activities_credited') }}
    where is_meeting and direction is distinct from 'internal'
),

booked as (
    select
        booked_on as event_on,
        rep_id,
        segment,
        count(*) as meetings_booked_count
    from meetings
    group by booked_on, rep_id, segment
),

held_discoveries as (
    select *
    from {{ ref('int_activities_human') }}
    where activity_type = 'discovery' and outcome = 'held' and opportunity_id is not null
),

first_discoveries as (
    select
        opportunity_id,
        min(occurred_at) as discovered_at
    from held_discoveries
    group by opportunity_id
),

judged as (
    select
        activities.*,
        activities.activity_type = 'demo'
        and activities.outcome = 'held'
        and activities.opportunity_id is not null
        and coalesce(first_discoveries.discovered_at >= activities.occurred_at, true)
            as is_demo_without_discovery
    from activities
    left join first_discoveries on activities.opportunity_id = first_discoveries.opportunity_id
),

-- A sum over nothing is null: a day without calls is no measure of calls.
done as (
    select
        occurred_on as event_on,
        rep_id,
        segment,
        sum(1) filter (where activity_type = 'call' and direction = 'outbound')
            as calls_count,
        sum(1) filter (where activity_type = 'email' and direction = 'outbound')
            as emails_sent_count,
        sum(1) filter (where activity_type = 'reply')
            as replies_count,
        sum(1) filter (where is_meeting and outcome = 'held')
            as meetings_held_count,
        sum(1) filter (where is_meeting and outcome in ('held', 'no_show'))
            as meetings_kept_or_missed_count,
        sum(1) filter (where activity_type = 'demo' and outcome = 'held')
            as demos_run_count,
        sum(1) filter (
            where activity_type = 'demo' and outcome = 'held' and opportunity_id is not null
        ) as opportunity_demos_count,
        sum(1) filter (where is_demo_without_discovery)
            as demos_without_discovery_count
    from judged
    where outcome in ('done', 'held', 'no_show')
    group by occurred_on, rep_id, segment
),

events as (
    select
        coalesce(done.event_on, booked.event_on) as event_on,
        coalesce(done.rep_id, booked.rep_id) as rep_id,
        coalesce(done.segment, booked.segment) as segment,
        'all' as slice_type,
        'all' as slice_id,
        booked.meetings_booked_count,
        done.calls_count,
        done.emails_sent_count,
        done.replies_count,
        done.meetings_held_count,
        done.meetings_kept_or_missed_count,
        done.demos_run_count,
        done.opportunity_demos_count,
        done.demos_without_discovery_count
    from done
    full join booked
        on done.event_on = booked.event_on
        and done.rep_id = booked.rep_id
        and done.segment = booked.segment
)

select * from events
