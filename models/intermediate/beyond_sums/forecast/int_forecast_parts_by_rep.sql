-- What a forecast is summed from, by segment, team and rep: won so far, from open deals, and from
-- deals yet to be created, of which each has its part of the segment's as it has of the open
-- pipeline. Long, because won, open and yet to come are brought to one key.
with days as (select * from {{ ref('int_forecast_days') }}),

open_deals as (select * from {{ ref('int_forecast_open') }}),

yet_to_come as (select * from {{ ref('int_forecast_yet_to_come') }}),

closings as (select * from {{ ref('int_closing_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

paces as (select * from {{ ref('int_forecast_paces') }}),

wins as (
    select
        closings.event_on,
        closings.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        closings.rep_id,
        sum(closings.won_amount) as amount
    from closings
    left join assignments
        on closings.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'closings.credited_on') }}
    where closings.won_amount is not null
    group by 1, 2, 3, 4
),

-- Who has the open pipeline of a segment; nobody where there is none. What is open below 0
-- (credits) has no part: the others' would be more than all.
held as (
    select
        *,
        cast(greatest(amount, 0) as double) / nullif(
            cast(
                sum(greatest(amount, 0)) over (
                    partition by forecast_on, quarters_ahead, segment
                ) as double
            ), 0
        ) as part_of_segment
    from open_deals
),

to_come as (
    select
        yet_to_come.forecast_on,
        yet_to_come.quarters_ahead,
        yet_to_come.segment,
        coalesce(held.team_id, 'unassigned') as team_id,
        coalesce(held.rep_id, 'unassigned') as rep_id,
        yet_to_come.amount * coalesce(held.part_of_segment, 1) as amount,
        yet_to_come.variance * coalesce(held.part_of_segment, 1) as variance
    from yet_to_come
    left join held
        on yet_to_come.forecast_on = held.forecast_on
        and yet_to_come.quarters_ahead = held.quarters_ahead
        and yet_to_come.segment = held.segment
        and held.part_of_segment is not null
),

parts as (
    select
        days.forecast_on,
        days.quarters_ahead,
        wins.segment,
        wins.team_id,
        wins.rep_id,
        0 as open_deals,
        0 as open_amount,
        wins.amount as won_so_far,
        0 as from_open,
        0 as from_to_be_created,
        0 as variance
    from days
    inner join wins on days.forecast_on >= wins.event_on and days.quarter_start <= wins.event_on
    union all
    select
        forecast_on,
        quarters_ahead,
        segment,
        team_id,
        rep_id,
        deals as open_deals,
        amount as open_amount,
        0 as won_so_far,
        coalesce(expected_amount, 0) as from_open,
        0 as from_to_be_created,
        coalesce(variance, 0) as variance
    from open_deals
    union all
    select
        forecast_on,
        quarters_ahead,
        segment,
        team_id,
        rep_id,
        0 as open_deals,
        0 as open_amount,
        0 as won_so_far,
        0 as from_open,
        {{ fixed('amount') }} as from_to_be_created,
        cast(variance as decimal(38, 4)) as variance
    from to_come
),

summed as (
    select
        forecast_on,
        quarters_ahead,
        segment,
        team_id,
        rep_id,
        cast(sum(open_deals) as bigint) as open_deals,
        cast(sum(open_amount) as decimal(28, 2)) as open_amount,
        cast(sum(won_so_far) as decimal(28, 2)) as won_so_far,
        sum(from_open) as from_open,
        sum(from_to_be_created) as from_to_be_created,
        sum(variance) as variance
    from parts
    group by 1, 2, 3, 4, 5
),

parts_by_rep as (
    select
        summed.forecast_on,
        summed.quarters_ahead,
        summed.segment,
        summed.team_id,
        summed.rep_id,
        summed.open_deals,
        summed.open_amount,
        summed.won_so_far,
        {{ fixed('cast(summed.from_open as double) * coalesce(paces.pace_factor, 1)') }}
            as from_open,
        {{ fixed('cast(summed.from_to_be_created as double) * coalesce(paces.pace_factor, 1)') }}
            as from_to_be_created,
        -- Two digits more than what it is reckoned from: a quarter of that would lie on the edge of
        -- rounding, where engines part.
        cast(
            cast(summed.variance as double)
            * coalesce(paces.pace_factor, 1) * coalesce(paces.pace_factor, 1) as decimal(38, 6)
        ) as variance
    from summed
    left join paces
        on summed.forecast_on = paces.forecast_on
        and summed.quarters_ahead = paces.quarters_ahead
        and summed.segment = paces.segment
)

select * from parts_by_rep
