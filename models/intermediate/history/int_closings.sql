-- Each closing: the unbroken run of visits of closed stages with one outcome. A move from one won
-- stage to another, or from lost to lost, decides nothing; a reopening ends the closing, and so
-- does a move straight from won to lost or back, and a merge into another deal.
with visits as (select * from {{ ref('int_stage_visits') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

closed_visits as (
    select
        visits.*,
        stages.is_won,
        sum(case when visits.goes_on_closed then 0 else 1 end) over (
            partition by visits.opportunity_id order by visits.visit_number
            rows between unbounded preceding and current row
        ) as closing_number
    from visits
    inner join stages on visits.stage_id = stages.stage_id
    where visits.is_closed_stage
),

runs as (
    select
        opportunity_id,
        closing_number,
        min(visit_number) as visit_number,
        max(visit_number) as last_visit_number,
        bool_or(is_won) as is_won,
        min(entered_at) as entered_at,
        min(entered_on) as entered_on,
        min_by(entry_rep_id, visit_number) as rep_id,
        min_by(entry_team_id, visit_number) as team_id,
        min_by(entry_segment, visit_number) as segment,
        {{ first_amount('entry_amount', 'visit_number') }} as entry_amount,
        nullif(max_by(coalesce(exit_amount, {{ no_amount() }}), visit_number), {{ no_amount() }})
            as exit_amount,
        nullif(max_by(coalesce(exit_close_date, {{ no_date() }}), visit_number), {{ no_date() }})
            as exit_close_date,
        max_by(exit_kind, visit_number) as exit_kind,
        case when count(*) = count(exited_on) then max(exited_on) end as exited_on
    from closed_visits
    group by opportunity_id, closing_number
),

judged as (
    select
        runs.*,
        runs.exit_kind in ('reopened', 'won', 'lost')
        or (runs.exit_kind = 'deleted' and coalesce(opportunities.is_merged_away, false))
            as is_taken_back
    from runs
    left join opportunities on runs.opportunity_id = opportunities.opportunity_id
),

-- A closing that was taken back is in no CRM report any more: it stays on the day it was made.
closings as (
    select
        opportunity_id,
        visit_number,
        last_visit_number,
        is_won,
        entered_at,
        entered_on,
        case
            when is_taken_back then entered_on
            else {{ booked_on('entered_at', 'exit_close_date') }}
        end as booked_on,
        rep_id,
        team_id,
        segment,
        entry_amount,
        exit_amount,
        exit_kind,
        exited_on,
        is_taken_back
    from judged
)

select * from closings
