-- The chance of an open deal to be won by the last day of the quarter, and of the next: whole
-- weeks of the incidence, and of the week after them the part its weekdays usually win. Of the
-- next quarter it is what is added after this one.
with days as (select * from {{ ref('int_forecast_days') }}),

weekdays as (select * from {{ ref('int_forecast_weekdays') }}),

incidence as (select * from {{ ref('int_forecast_incidence') }}),

reckoned as (
    select
        forecast_on,
        quarters_ahead,
        learnt_until,
        cast(floor(days_to_quarter_end / 7.0) as integer) as whole_weeks,
        days_to_quarter_end % 7 as days_over,
        {{ week_day('forecast_on') }} as week_day
    from days
),

parted as (
    select
        reckoned.forecast_on,
        reckoned.quarters_ahead,
        reckoned.learnt_until,
        reckoned.whole_weeks,
        coalesce(
            cast(sum(cast(weekdays.week_share as decimal(18, 12))) as double), 0
        ) as part_of_week
    from reckoned
    left join weekdays
        on reckoned.learnt_until = weekdays.learnt_until
        and (weekdays.week_day - reckoned.week_day + 6) % 7 < reckoned.days_over
    group by 1, 2, 3, 4
),

by_end as (
    select
        parted.forecast_on,
        parted.quarters_ahead,
        whole.segment,
        whole.stage_id,
        whole.weeks_in_stage,
        whole.deals,
        whole.incidence
        + (one_more.incidence - whole.incidence) * parted.part_of_week as chance
    from parted
    inner join incidence as whole
        on parted.learnt_until = whole.learnt_until and parted.whole_weeks = whole.weeks_ahead
    inner join incidence as one_more
        on whole.learnt_until = one_more.learnt_until
        and whole.segment = one_more.segment
        and whole.stage_id = one_more.stage_id
        and whole.weeks_in_stage = one_more.weeks_in_stage
        and whole.weeks_ahead + 1 = one_more.weeks_ahead
),

chances as (
    select
        forecast_on,
        quarters_ahead,
        segment,
        stage_id,
        weeks_in_stage,
        deals,
        greatest(
            0,
            chance - coalesce(
                lag(chance) over (
                    partition by forecast_on, segment, stage_id, weeks_in_stage
                    order by quarters_ahead
                ), 0
            )
        ) as chance
    from by_end
)

select * from chances
