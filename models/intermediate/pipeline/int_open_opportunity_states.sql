-- What each open deal was at the end of each period. A version is kept only if a period ended while
-- it lasted, and joined to those ends alone: days are never multiplied by deals.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

close_date_history as (select * from {{ ref('int_close_date_history') }}),

days as (select * from {{ ref('int_period_ends') }}),

runs as (
    select
        opportunity_id,
        visit_number,
        segment,
        rep_id,
        stage_id,
        close_date,
        valid_from_day as from_day,
        {{ business_day('valid_to') }} as to_day
    from versions
    where is_open
),

at_ends as (
    {{ numbered_runs(
        'runs', 'days', 'end_number',
        ['opportunity_id', 'visit_number', 'segment', 'rep_id', 'stage_id', 'close_date']
    ) }}
),

states as (
    select
        at_ends.opportunity_id,
        at_ends.end_number,
        days.calendar_day as window_end,
        days.quarter_start,
        at_ends.segment,
        at_ends.rep_id,
        at_ends.stage_id,
        visits.entered_at as stage_entered_at,
        -- As it was known that day; of the as-of day itself a row not changed since tells.
        case
            when days.calendar_day >= close_date_history.known_from then at_ends.close_date
            when days.calendar_day = {{ as_of_date() }}
                and opportunities.is_current_at_as_of
                and not close_date_history.has_close_date_history
                then at_ends.close_date
        end as close_date,
        coalesce(days.calendar_day >= close_date_history.known_from, false)
            as is_close_date_recorded
    from at_ends
    inner join opportunities on at_ends.opportunity_id = opportunities.opportunity_id
    inner join close_date_history on opportunities.source = close_date_history.source
    inner join days on at_ends.end_number = days.end_number
    inner join visits
        on at_ends.opportunity_id = visits.opportunity_id
        and at_ends.visit_number = visits.visit_number
    where days.is_period_end
)

select * from states
