-- What forecasts and outcomes are summed from, at the end of each week of the quarter: commits, and
-- for who gave none what their deals make of the quarter; beside them what it ended with. A commit
-- says nothing of segments where the roster does not: then the deals speak for the segments, and
-- the commit for everything else. Long, because each part is one branch of the union.
with weeks as (select * from {{ ref('int_quarter_weeks') }}),

closings as (select * from {{ ref('int_closing_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

forecasts as (select * from {{ ref('int_forecast_parts_by_rep') }}),

yet_to_come as (select * from {{ ref('int_forecast_yet_to_come') }}),

known as (select distinct forecast_on from yet_to_come),

commits as (select * from {{ ref('int_forecast_commits') }}),

wins as (
    select
        closings.event_on,
        {{ fiscal_quarter_start('closings.event_on') }} as quarter_start,
        closings.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        closings.rep_id,
        cast(sum(closings.won_amount) as decimal(38, 12)) as amount
    from closings
    left join assignments
        on closings.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'closings.credited_on') }}
    where closings.won_amount is not null and closings.event_on <= {{ as_of_date() }}
    group by 1, 2, 3, 4, 5
),

-- What deals make of the quarter (quarter_forecast has the same at its scopes). Before the first
-- quarter has ended nobody knows.
expected as (
    select
        weeks.quarter_start,
        weeks.week_of_quarter,
        forecasts.segment,
        forecasts.team_id,
        forecasts.rep_id,
        case when known.forecast_on is null then 1 else 0 end as unknown_parts,
        forecasts.won_so_far + forecasts.from_open + forecasts.from_to_be_created as amount
    from weeks
    inner join forecasts
        on weeks.week_end = forecasts.forecast_on and forecasts.quarters_ahead = 0
    left join known on forecasts.forecast_on = known.forecast_on
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
        0 as unknown_parts,
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
        expected.unknown_parts,
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
        0 as unknown_parts,
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
        cast(sum(unknown_parts) as bigint) as unknown_parts,
        cast(sum(amount) as decimal(38, 12)) as amount
    from parts
    where counts_in_totals or counts_in_segments
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from forecast_parts
