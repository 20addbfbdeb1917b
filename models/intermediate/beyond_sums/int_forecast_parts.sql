-- What forecasts and outcomes are summed from, at the end of each week of the quarter: commits, and
-- for who gave none what is won so far and the weighted pipeline closing in the quarter; beside
-- them what the quarter ended with. A commit says nothing of segments where the roster does not:
-- then the deals speak for the segments, and the commit for everything else. Long, because each
-- part is one branch of the union.
with weeks as (select * from {{ ref('int_quarter_weeks') }}),

closings as (select * from {{ ref('int_closing_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

states as (select * from {{ ref('int_pipeline_states') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

commits as (select * from {{ ref('int_forecast_commits') }}),

wins as (
    select
        closings.event_on,
        {{ fiscal_quarter_start('closings.event_on') }} as quarter_start,
        closings.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        closings.rep_id,
        cast(sum(closings.won_amount) as decimal(28, 4)) as amount
    from closings
    left join assignments
        on closings.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'closings.credited_on') }}
    where closings.won_amount is not null and closings.event_on <= {{ as_of_date() }}
    group by 1, 2, 3, 4, 5
),

expected as (
    select
        weeks.quarter_start,
        weeks.week_of_quarter,
        wins.segment,
        wins.team_id,
        wins.rep_id,
        0 as undated_deals,
        wins.amount
    from weeks
    inner join wins
        on weeks.quarter_start = wins.quarter_start and weeks.week_end >= wins.event_on
    union all
    select
        weeks.quarter_start,
        weeks.week_of_quarter,
        states.segment,
        states.team_id,
        states.rep_id,
        0 as undated_deals,
        {{ weighted('states.amount', 'probabilities.probability') }} as amount
    from weeks
    inner join states
        on weeks.week_end >= states.from_day and weeks.week_end < states.to_day
    inner join probabilities
        on {{ month_start('weeks.week_end') }} = probabilities.month_start
        and states.segment = probabilities.segment
        and states.stage_id = probabilities.stage_id
    where states.close_bucket = 'this' and probabilities.probability is not null
    union all
    -- Nobody knows which of these were to close in the quarter.
    select
        weeks.quarter_start,
        weeks.week_of_quarter,
        states.segment,
        states.team_id,
        states.rep_id,
        states.deals as undated_deals,
        0 as amount
    from weeks
    inner join states
        on weeks.week_end >= states.from_day and weeks.week_end < states.to_day
    where states.close_bucket = 'unknown'
),

parts as (
    select
        quarter_start,
        week_of_quarter,
        segment,
        team_id,
        rep_id,
        'submitted' as part,
        true as counts_in_totals,
        names_segment as counts_in_segments,
        0 as undated_deals,
        amount
    from commits
    union all
    select
        expected.quarter_start,
        expected.week_of_quarter,
        expected.segment,
        expected.team_id,
        expected.rep_id,
        'derived' as part,
        commits.rep_id is null as counts_in_totals,
        commits.rep_id is null or not commits.names_segment as counts_in_segments,
        expected.undated_deals,
        expected.amount
    from expected
    left join commits
        on expected.quarter_start = commits.quarter_start
        and expected.week_of_quarter = commits.week_of_quarter
        and expected.rep_id = commits.rep_id
    union all
    select
        weeks.quarter_start,
        weeks.week_of_quarter,
        wins.segment,
        wins.team_id,
        wins.rep_id,
        'actual' as part,
        true as counts_in_totals,
        true as counts_in_segments,
        0 as undated_deals,
        wins.amount
    from weeks
    inner join wins on weeks.quarter_start = wins.quarter_start
    where weeks.is_quarter_complete
),

forecast_parts as (
    select
        quarter_start,
        week_of_quarter,
        segment,
        team_id,
        rep_id,
        part,
        counts_in_totals,
        counts_in_segments,
        cast(sum(undated_deals) as bigint) as undated_deals,
        cast(sum(amount) as decimal(28, 4)) as amount
    from parts
    where counts_in_totals or counts_in_segments
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from forecast_parts
