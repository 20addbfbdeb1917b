-- Won ÷ decided of the deals ever qualified that closed in the 90 days that end with each week and
-- still stand closed then, for the company and each segment, team, rep and team or rep within a
-- segment.
create table win_rate_t90 as
with qualified as (
    select
        versions.opportunity_id,
        min(valid_from) as qualified_at
    from versions
    inner join stages on versions.stage_id = stages.stage_id
    where stages.is_qualified and not versions.is_deleted
    group by 1
),

closings as (
    select
        cast(visits.entered_at as date) as closed_on,
        cast(visits.exited_at as date) as reopened_on,
        visits.exit_kind in ('reopened', 'won', 'lost') as was_taken_back,
        visits.segment,
        visits.team_id,
        visits.rep_id,
        case when visits.stage_id = 'closed_won' then 1 else 0 end as won
    from stage_visits as visits
    inner join qualified on visits.opportunity_id = qualified.opportunity_id
    where visits.stage_id in ('closed_won', 'closed_lost')
        and qualified.qualified_at <= visits.entered_at
),

booked as (
    select closed_on as day, closed_on, segment, team_id, rep_id, won, 1 as decided from closings
    union all
    select reopened_on, closed_on, segment, team_id, rep_id, -won, -1 from closings
    where was_taken_back
),

daily as (
    select day, closed_on, segment, team_id, rep_id, sum(won) as won, sum(decided) as decided
    from booked
    group by all
),

weeks as (
    select distinct
        cast(date_trunc('week', day) as date) as week_start,
        least(cast(date_trunc('week', day) as date) + 6, getvariable('as_of_date'))
            as week_end
    from daily
),

weekly as (
    select
        week_start,
        segment, team_id, rep_id,
        sum(won) as won,
        sum(decided) as decided
    from weeks
    inner join daily
        on daily.day between week_end - 89 and week_end and daily.closed_on >= week_end - 89
    group by all
)

select
    week_start,
    coalesce(segment, 'all') as segment,
    coalesce(team_id, 'all') as team_id,
    coalesce(rep_id, 'all') as rep_id,
    cast(sum(won) as double) as numerator,
    cast(sum(decided) as double) as denominator,
    sum(won) / nullif(sum(decided), 0) as win_rate
from weekly
group by week_start, grouping sets (
    (), (segment), (team_id), (rep_id), (team_id, segment), (rep_id, segment)
)
order by all;
