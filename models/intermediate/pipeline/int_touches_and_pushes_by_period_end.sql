-- What happens to a deal on a day and is remembered afterwards, gathered by the period end that
-- first knows of it.
with activities as (select * from {{ ref('int_activities_human') }}),

pushes as (select * from {{ ref('int_opportunity_pushes') }}),

days as (select * from {{ ref('int_period_ends') }}),

worked as (
    select
        activities.opportunity_id,
        days.end_number,
        min(days.quarter_start) as quarter_start,
        max(activities.occurred_on) as last_activity_on,
        cast(null as bigint) as push_count
    from activities
    inner join days on activities.occurred_on = days.calendar_day
    -- Silence is of both sides: what came in ends it, what stayed within the company does not.
    where activities.outcome in ('done', 'held', 'no_show')
        and activities.direction is distinct from 'internal'
        and activities.opportunity_id is not null
    group by activities.opportunity_id, days.end_number
),

pushed as (
    select
        pushes.opportunity_id,
        days.end_number,
        min(days.quarter_start) as quarter_start,
        cast(null as date) as last_activity_on,
        count(*) as push_count
    from pushes
    inner join days on pushes.pushed_on = days.calendar_day
    group by pushes.opportunity_id, days.end_number
),

touches_and_pushes_by_period_end as (
    select * from worked
    union all
    select * from pushed
)

select * from touches_and_pushes_by_period_end
