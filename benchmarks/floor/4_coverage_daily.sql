-- The open qualified pipeline closing in each quarter, what of it was won and what had been won so
-- far, on every day of the quarter, for the company and each segment, team and rep.
create table wins as
select
    opportunity_id,
    cast(entered_at as date) as won_on,
    cast(date_trunc('quarter', entered_at + interval 1 month) - interval 1 month as date)
        as quarter_start,
    segment,
    team_id,
    rep_id,
    coalesce(amount, 0) as amount
from stage_visits
where stage_id = 'closed_won' and exit_kind = 'open';

create table coverage_daily as
with spans as (
    select
        spans.close_quarter as quarter_start,
        greatest(spans.from_day, spans.close_quarter) as from_day,
        spans.to_day,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        coalesce(spans.amount, 0) as amount,
        coalesce(wins.amount, 0) as won_amount
    from pipeline_spans as spans
    left join wins
        on spans.opportunity_id = wins.opportunity_id
        and spans.close_quarter = wins.quarter_start
    where spans.is_qualified
        and spans.from_day < spans.close_quarter + interval 3 month
        and spans.to_day > spans.close_quarter
),

deltas as (
    select
        quarter_start, from_day as day, segment, team_id, rep_id,
        1 as deals, amount as open_amount, won_amount as open_won_amount, 0 as won_amount
    from spans
    union all
    select quarter_start, to_day, segment, team_id, rep_id, -1, -amount, -won_amount, 0
    from spans
    where to_day < quarter_start + interval 3 month
    union all
    select quarter_start, won_on, segment, team_id, rep_id, 0, 0, 0, amount
    from wins
),

by_rep as (
    select
        quarter_start, day, segment, team_id, rep_id,
        sum(deals) as deals,
        sum(open_amount) as open_amount,
        sum(open_won_amount) as open_won_amount,
        sum(won_amount) as won_amount
    from deltas
    group by all
),

scoped as (
    select
        quarter_start,
        day,
        coalesce(segment, 'all') as segment,
        coalesce(team_id, 'all') as team_id,
        coalesce(rep_id, 'all') as rep_id,
        sum(deals) as deals,
        sum(open_amount) as open_amount,
        sum(open_won_amount) as open_won_amount,
        sum(won_amount) as won_amount
    from by_rep
    group by quarter_start, day, grouping sets ((), (segment), (team_id), (rep_id))
),

days as (
    select
        keys.*,
        cast(unnest(range(
            cast(quarter_start as timestamp),
            least(quarter_start + interval 3 month, (getvariable('as_of_date') + 1)),
            interval 1 day
        )) as date) as day
    from (select distinct quarter_start, segment, team_id, rep_id from scoped) as keys
)

select
    days.*,
    cast(coalesce(sum(deals) over so_far, 0) as bigint) as open_deals,
    cast(coalesce(sum(open_amount) over so_far, 0) as decimal(18, 2)) as open_amount,
    cast(coalesce(sum(open_won_amount) over so_far, 0) as decimal(18, 2)) as open_won_amount,
    cast(coalesce(sum(won_amount) over so_far, 0) as decimal(18, 2)) as won_amount
from days
left join scoped using (quarter_start, segment, team_id, rep_id, day)
window so_far as (
    partition by quarter_start, segment, team_id, rep_id
    order by day rows between unbounded preceding and current row
);
