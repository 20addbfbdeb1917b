with next_actions as (select * from {{ ref('int_next_actions') }}),

days as (select * from {{ ref('int_period_ends') }}),

spanned as (
    select
        next_actions.*,
        opened.end_number as first_end_number,
        ended.end_number as end_number_after
    from next_actions
    inner join days as opened on next_actions.opened_on = opened.calendar_day
    left join days as ended on next_actions.ended_on = ended.calendar_day
    where ended.end_number is null or ended.end_number > opened.end_number
),

next_actions_at_period_ends as (
    select
        spanned.activity_id,
        days.end_number,
        days.calendar_day as window_end,
        spanned.opportunity_id,
        spanned.rep_id,
        coalesce(spanned.due_on < days.calendar_day, false) as is_overdue
    from spanned
    inner join days
        on spanned.first_end_number <= days.end_number
        and (spanned.end_number_after is null or spanned.end_number_after > days.end_number)
    where days.is_period_end
)

select * from next_actions_at_period_ends
