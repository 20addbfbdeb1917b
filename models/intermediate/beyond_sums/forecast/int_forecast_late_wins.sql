-- What each quarter won of deals that became open late in it, by how many days before its last
-- one: on any earlier day they were still to be created, or lost and still to be reopened.
-- Corrections and reversals of what was won count from their own day.
with closings as (select * from {{ ref('int_closing_events') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

lives as (
    select
        opportunity_id,
        visit_number,
        entered_on,
        coalesce(
            sum(case when is_closed_stage then 1 else 0 end) over (
                partition by opportunity_id order by visit_number
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as life_number
    from visits
),

begun as (
    select
        opportunity_id,
        visit_number,
        min(entered_on) over (partition by opportunity_id, life_number) as open_from
    from lives
),

wins as (
    select
        closings.event_on,
        {{ fiscal_quarter_start('closings.event_on') }} as quarter_start,
        {{ fiscal_quarter_start('closings.event_on', shift=1) }} - 1 as quarter_end,
        closings.segment,
        least(
            closings.event_on,
            case when closings.event_kind = 'closed' then begun.open_from else closings.event_on end
        ) as late_from,
        closings.won_amount
    from closings
    left join begun
        on closings.opportunity_id = begun.opportunity_id
        and closings.visit_number = begun.visit_number
    where closings.won_amount is not null and closings.event_on <= {{ as_of_date() }}
),

late_wins as (
    select
        quarter_start,
        quarter_end,
        segment,
        cast({{ days_between('late_from', 'quarter_end') }} as integer) as days_to_quarter_end,
        cast(sum(won_amount) as decimal(28, 2)) as won_amount,
        cast(sum({{ squared('won_amount') }}) as decimal(38, 4)) as squared_amount
    from wins
    group by 1, 2, 3, 4
)

select * from late_wins
