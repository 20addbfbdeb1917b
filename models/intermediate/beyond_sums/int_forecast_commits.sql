-- The commit that stood at the end of each week of the quarter: each rep's latest one. It counts in
-- the team and segment the rep was in then, and no longer once the rep has left.
with weeks as (select * from {{ ref('int_quarter_weeks') }}),

submissions as (select * from {{ ref('stg_planning__forecast_submissions') }}),

roster as (select * from {{ ref('stg_planning__rep_roster') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

commits as (
    select
        rep_id,
        quarter_start,
        submitted_at,
        {{ business_day('submitted_at') }} as submitted_on,
        amount
    from submissions
    where
        {{ normalised_forecast_category('category') }} = 'commit'
        and amount is not null
),

ranked as (
    select
        weeks.*,
        commits.rep_id,
        commits.amount,
        row_number() over (
            partition by weeks.quarter_start, weeks.week_of_quarter, commits.rep_id
            order by commits.submitted_at desc, commits.amount desc
        ) as age_rank
    from weeks
    inner join commits
        on weeks.quarter_start = commits.quarter_start and weeks.week_end >= commits.submitted_on
),

-- Who has left by then and not come back by then: what becomes known later changes nothing.
gone as (
    select
        weeks.week_end,
        roster.rep_id
    from weeks
    cross join roster
    group by 1, 2
    having
        count(*) filter (where roster.ends_on <= weeks.week_end) > 0
        and count(*) filter (
            where coalesce(roster.starts_on, weeks.week_end) <= weeks.week_end
            and (roster.ends_on is null or roster.ends_on > weeks.week_end)
        ) = 0
),

forecast_commits as (
    select
        ranked.quarter_start,
        ranked.week_of_quarter,
        assignments.segment is not null as names_segment,
        coalesce(assignments.segment, 'unassigned') as segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        ranked.rep_id,
        ranked.amount
    from ranked
    anti join gone on ranked.week_end = gone.week_end and ranked.rep_id = gone.rep_id
    left join assignments
        on ranked.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'ranked.week_end') }}
    where ranked.age_rank = 1
)

select * from forecast_commits
