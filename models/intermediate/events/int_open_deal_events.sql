-- Open deals at the end of each period, summed by day, rep and segment before the engine sees them:
-- as a whole, by stage, and by health, where a colour no deal has is a zero. Long, because each
-- slice is one branch.
with deals as (select * from {{ ref('int_open_deals_at_period_ends') }}),

wholes as (
    select
        window_end as event_on,
        rep_id,
        segment,
        sum(case when is_past_due then 1 else 0 end) as past_due_deal_count,
        sum(case when has_overdue_task is not null then 1 end) as task_judged_deal_count,
        sum(case when has_overdue_task then 1 when not has_overdue_task then 0 end)
            as overdue_task_deal_count,
        sum(case when health = 'green' then 1 else 0 end) as green,
        sum(case when health = 'amber' then 1 else 0 end) as amber,
        sum(case when health = 'red' then 1 else 0 end) as red
    from deals
    group by window_end, rep_id, segment
),

stages as (
    select
        window_end as event_on,
        rep_id,
        segment,
        stage_id,
        count(*) as staged_deal_count,
        sum(stage_age_days) as staged_deal_days,
        sum(case when expected_days is not null then 1 end) as expected_deal_count,
        sum(case when is_stalled then 1 when not is_stalled then 0 end) as stalled_deal_count
    from deals
    group by window_end, rep_id, segment, stage_id
),

healths as (
    select
        event_on,
        rep_id,
        segment,
        health,
        health_deal_count
    from wholes unpivot (health_deal_count for health in (green, amber, red))
),

events as (
    select
        event_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        past_due_deal_count,
        task_judged_deal_count,
        overdue_task_deal_count,
        cast(null as bigint) as staged_deal_count,
        cast(null as decimal(28, 6)) as staged_deal_days,
        cast(null as bigint) as expected_deal_count,
        cast(null as bigint) as stalled_deal_count,
        cast(null as bigint) as health_deal_count
    from wholes
    union all
    select
        event_on,
        rep_id,
        segment,
        'stage' as slice_type,
        stage_id as slice_id,
        cast(null as bigint) as past_due_deal_count,
        cast(null as bigint) as task_judged_deal_count,
        cast(null as bigint) as overdue_task_deal_count,
        staged_deal_count,
        staged_deal_days,
        expected_deal_count,
        stalled_deal_count,
        cast(null as bigint) as health_deal_count
    from stages
    union all
    select
        event_on,
        rep_id,
        segment,
        'health' as slice_type,
        health as slice_id,
        cast(null as bigint) as past_due_deal_count,
        cast(null as bigint) as task_judged_deal_count,
        cast(null as bigint) as overdue_task_deal_count,
        cast(null as bigint) as staged_deal_count,
        cast(null as decimal(28, 6)) as staged_deal_days,
        cast(null as bigint) as expected_deal_count,
        cast(null as bigint) as stalled_deal_count,
        health_deal_count
    from healths
)

select * from events
