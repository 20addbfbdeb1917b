-- How long each lead of a period had waited for the first touch when the period ended. A lead is
-- followed to the end of the period it was created in and no further, so that a week reads the same
-- whenever it is built.
with responses as (select * from {{ ref('int_lead_responses') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

window_days as (select * from {{ ref('int_window_days') }}),

business_days as (select * from {{ ref('int_business_days') }}),

clocks as (
    select distinct time_zone
    from business_days
),

ends as (
    select
        period_type,
        period_start,
        window_end,
        {{ business_midnight('(window_end + 1)') }} as ends_at
    from periods
),

ending_days as (
    select
        ends.*,
        {{ local_day('ends.ends_at', 'clocks.time_zone') }} as local_ends_on
    from ends
    left join clocks on clocks.time_zone is not null
),

timed_ends as (
    select
        ending_days.period_type,
        ending_days.period_start,
        ending_days.window_end,
        ending_days.ends_at,
        {{ open_micros_until('ending_days.ends_at', 'business_days') }} as open_micros_at_end
    from ending_days
    left join business_days on ending_days.local_ends_on = business_days.calendar_day
),

-- A period before the first touch the CRM tells of is not instrumented.
waits as (
    select
        responses.lead_id,
        timed_ends.period_type,
        timed_ends.period_start,
        coalesce(assignments.segment, 'unassigned') as segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        responses.rep_id,
        responses.is_hot,
        coalesce(responses.first_touch_at < timed_ends.ends_at, false) as is_answered,
        case
            when responses.first_touch_at < timed_ends.ends_at then responses.response_micros
            else {{ micros_between('responses.created_at', 'timed_ends.ends_at') }}
        end as waited_micros,
        case
            when responses.first_touch_at < timed_ends.ends_at then responses.open_micros_at_touch
            else timed_ends.open_micros_at_end
        end - responses.open_micros_at_creation as waited_open_micros
    from responses
    inner join window_days
        on responses.created_on = window_days.calendar_day and window_days.window_id = 'period'
    inner join timed_ends
        on window_days.period_type = timed_ends.period_type
        and window_days.period_start = timed_ends.period_start
        and responses.touches_known_from <= timed_ends.window_end
    left join assignments
        on responses.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'responses.created_on') }}
)

select * from waits
