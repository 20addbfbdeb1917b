"""The planted story, read off the raw rows by plain SQL: what the metrics will have to find."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from demo_companies import company as facts

_VIEWS = """
create macro fiscal_quarter(day) as
    cast(date_trunc('quarter', cast(day as date) + interval 1 month) - interval 1 month as date);

create table segments as
select a.id as account_id, coalesce(
    case a.segment when 'SMB' then 'smb' when 'Mid-Market' then 'mid_market'
        when 'Enterprise' then 'enterprise' end,
    case when a.number_of_employees < 200 then 'smb'
        when a.number_of_employees < 2000 then 'mid_market'
        when a.number_of_employees >= 2000 then 'enterprise' end,
    r.segment) as segment
from read_parquet('{crm}/account.parquet') as a
left join (
    select rep, any_value(segment) as segment from read_csv('{plans}/rep_roster.csv') group by rep
) as r on a.owner_id = r.rep;

create table deals as
select o.id as opportunity_id, o.created_date, s.segment, o.owner_id, o.is_deleted,
    coalesce(o.currency_iso_code, 'USD') as currency
from (
    select * from read_parquet('{crm}/opportunity.parquet')
    qualify row_number() over (partition by id order by system_modstamp desc) = 1
) as o
left join segments as s on o.account_id = s.account_id;

create table changes as
select h.id, h.opportunity_id, h.created_date as changed_at, h.amount, h.close_date,
    case h.stage_name when 'Price Quote' then 'Proposal' else h.stage_name end as stage,
    list_position(['Prospecting', 'Discovery', 'Qualified', 'Demo', 'Proposal', 'Closed Won',
        'Closed Lost'], stage) as place
from (select distinct on (id) * from read_parquet('{crm}/opportunity_history.parquet')) as h
where h.stage_name <> 'Paid Pilot';

create table visits as
with starts as (
    select *, lag(stage) over (partition by opportunity_id order by changed_at, id) as came_from
    from changes
),
entries as (select * from starts where stage is distinct from came_from)
select e.*, d.segment, d.currency,
    lead(changed_at) over (partition by opportunity_id order by changed_at, id) as left_at,
    lead(place) over (partition by opportunity_id order by changed_at, id) as left_to,
    min(case when place between 3 and 6 then changed_at end)
        over (partition by opportunity_id order by changed_at, id) as qualified_at
from entries as e
inner join deals as d using (opportunity_id);

create table rates as
select iso_code, conversion_rate, start_date,
    lead(start_date, 1, date '9999-12-31')
        over (partition by iso_code order by start_date) as until
from read_parquet('{crm}/dated_conversion_rate.parquet');

create table closes as
select v.*, cast(v.changed_at as date) as closed_on,
    v.amount / coalesce(r.conversion_rate, 1) as usd,
    cast(v.changed_at as date) - cast(v.qualified_at as date) as cycle_days
from visits as v
left join rates as r on v.currency = r.iso_code
    and cast(v.changed_at as date) >= r.start_date and cast(v.changed_at as date) < r.until
where v.place >= 6;

create table meetings as
select distinct on (id) id, owner_id, what_id, type, created_date, start_date_time, outcome
from read_parquet('{crm}/event.parquet') where not is_child;

create table calls as
select distinct on (id) id, owner_id, coalesce(completed_date_time, created_date) as called_at
from read_parquet('{crm}/task.parquet')
where task_subtype = 'Call' and is_closed and not is_deleted;
"""

_QUARTERS = """
with outcome as (
    select fiscal_quarter(closed_on) as quarter,
        count_if(place = 6) as won,
        count_if(place = 6) / nullif(count_if(qualified_at is not null), 0) as win_rate,
        sum(usd) filter (where place = 6) as closed_won,
        sum(usd) filter (where place = 6 and segment = 'enterprise') as enterprise_won,
        sum(usd) filter (where place = 6 and segment = 'mid_market') as mid_market_won,
        avg(cycle_days) filter (where place = 6 and segment = 'enterprise') as enterprise_cycle,
        avg(cycle_days) filter (where place = 6 and segment = 'mid_market') as mid_market_cycle,
        avg(cycle_days) filter (where place = 6 and segment = 'smb') as smb_cycle,
    from closes group by all
),
proposals as (
    select fiscal_quarter(left_at) as quarter, count(*) as proposal_exits,
        count_if(left_to = 6) / count(*) as proposal_rate,
        count_if(segment = 'enterprise') as enterprise_exits,
        count_if(left_to = 6 and segment = 'enterprise')
            / nullif(count_if(segment = 'enterprise'), 0) as enterprise_rate,
        count_if(left_to = 6 and segment = 'mid_market')
            / nullif(count_if(segment = 'mid_market'), 0) as mid_market_rate,
        count_if(left_to = 6 and segment = 'smb')
            / nullif(count_if(segment = 'smb'), 0) as smb_rate,
    from visits where place = 5 and left_at is not null group by all
),
skips as (
    select fiscal_quarter(left_at) as quarter,
        count_if(left_to < 6 and left_to > place + 1)
            / count(*) as enterprise_skip_rate
    from visits where segment = 'enterprise' and left_to is not null and place <= 5 group by all
),
created as (
    select fiscal_quarter(created_date) as quarter, count(*) as created from deals group by all
),
called as (
    select fiscal_quarter(called_at) as quarter, count(*) as calls from calls group by all
),
staff as (
    -- Days on the roster in the quarter, as a number of people.
    select q.quarter, sum(
        greatest(0, least(coalesce(r."end", date '2099-01-01'),
            cast(q.quarter + interval 3 month as date) - 1) - greatest(r.start, q.quarter) + 1)
        / (cast(q.quarter + interval 3 month as date) - q.quarter)) as reps
    from (
        select distinct cast(quarter as date) as quarter from read_csv('{plans}/targets.csv')
    ) as q
    cross join read_csv('{plans}/rep_roster.csv', types = {{'end': 'date', 'start': 'date'}}) as r
    where r.role = 'rep'
    group by q.quarter
),
met as (
    select fiscal_quarter(m.created_date) as quarter, count(*) as meetings_booked
    from meetings as m group by all
),
demos as (
    select fiscal_quarter(m.start_date_time) as quarter, count(*) as demos,
        count_if(d.segment = 'enterprise' and not exists (
            select 1 from meetings as e where e.what_id = m.what_id and e.type = 'Discovery'
                and e.outcome = 'Held' and e.start_date_time < m.start_date_time
        )) / count_if(d.segment = 'enterprise') as enterprise_no_discovery
    from meetings as m inner join deals as d on m.what_id = d.opportunity_id
    where m.type = 'Demo' and coalesce(m.outcome, 'Held') = 'Held' group by all
),
targets as (
    select cast(quarter as date) as quarter, amount as target
    from read_csv('{plans}/targets.csv') where segment = 'all' and metric = 'closed_won_amount'
),
opening as (
    select t.quarter,
        sum(c.amount) filter (where fiscal_quarter(c.close_date) = t.quarter)
            / any_value(t.target) as coverage
    from targets as t
    inner join (
        select *, lead(changed_at, 1, timestamp '9999-12-31')
            over (partition by opportunity_id order by changed_at, id) as until
        from changes
    ) as c on c.changed_at < t.quarter and c.until >= t.quarter and c.place between 3 and 5
    group by t.quarter
)
select t.quarter, created, won, win_rate, proposal_exits, proposal_rate, enterprise_exits,
    enterprise_rate, mid_market_rate, smb_rate, enterprise_cycle, mid_market_cycle, smb_cycle,
    closed_won / target as closed_vs_target, closed_won, enterprise_won, mid_market_won, target,
    coverage,
    calls / reps as calls_per_rep, meetings_booked, demos, enterprise_skip_rate,
    enterprise_no_discovery
from targets as t
left join outcome using (quarter)
left join proposals using (quarter)
left join skips using (quarter)
left join created using (quarter)
left join called using (quarter)
left join staff using (quarter)
left join met using (quarter)
left join demos using (quarter)
left join opening using (quarter)
order by t.quarter
"""

_EXITS = """
select
    count_if(is_now) as n,
    count_if(is_now and left_to > place and left_to < 7) as onward,
    count_if(not is_now) as n_before,
    count_if(not is_now and left_to > place and left_to < 7) as onward_before,
from (
    select *, left_at >= cast($day as date) - 89 as is_now
    from visits
    where left_at >= cast($day as date) - 179 and left_at < cast($day as date) + 1
        and place = $place and ($segment = 'all' or segment = $segment)
)
"""


@dataclass(frozen=True)
class Window:
    """Exits from a stage in the 90 days that end with a day, and in the 90 days before."""

    exits: int
    onward: int
    exits_before: int
    onward_before: int

    @property
    def rate(self) -> float:
        """Share of the exits that went on."""
        return self.onward / max(self.exits, 1)

    @property
    def rate_before(self) -> float:
        """The same for the 90 days before."""
        return self.onward_before / max(self.exits_before, 1)


@dataclass(frozen=True)
class Story:
    """What a company's raw rows say."""

    quarters: dict[dt.date, dict[str, float]]
    windows: dict[tuple[str, str], Window]
    """By segment (`all` included) and stage, on the last whole week before the demo's as_of."""


def read_story(folder: Path, day: dt.date = dt.date(2025, 9, 28)) -> Story:
    """Read the story off the raw tables in a folder."""
    places = {"crm": folder / "salesforce", "plans": folder / "planning"}
    db = duckdb.connect()
    try:
        db.execute(_VIEWS.format(**places))
        found = db.execute(_QUARTERS.format(**places))
        names = [column[0] for column in found.description or ()]
        quarters = {
            row[0]: {
                name: float(value) if value is not None else float("nan")
                for name, value in zip(names[1:], row[1:], strict=True)
            }
            for row in found.fetchall()
        }
        windows = {}
        for segment in ("all", *facts.SEGMENTS):
            for place, stage in enumerate(facts.STAGES[:5], start=1):
                wanted = {"day": day, "segment": segment, "place": place}
                windows[segment, stage] = Window(*db.execute(_EXITS, wanted).fetchall()[0])
    finally:
        db.close()
    return Story(quarters, windows)


def render(story: Story) -> str:
    """The story as a table of text: quarters across, figures down."""
    quarters = list(story.quarters)
    lines = ["fiscal quarter from".ljust(26) + "".join(f"{q:%Y-%m-%d}".rjust(12) for q in quarters)]
    for name in next(iter(story.quarters.values())):
        cells = []
        for quarter in quarters:
            value = story.quarters[quarter][name]
            if value != value:
                cells.append("-")
            elif "rate" in name or name in ("closed_vs_target", "enterprise_no_discovery"):
                cells.append(f"{value:.1%}")
            elif name == "coverage" or "cycle" in name or name == "calls_per_rep":
                cells.append(f"{value:.1f}")
            else:
                cells.append(f"{value:,.0f}")
        lines.append(name.ljust(26) + "".join(cell.rjust(12) for cell in cells))
    lines.append("")
    lines.append("Exits by stage, 90 days to 28 September 2025 against the 90 days before")
    for (segment, stage), window in story.windows.items():
        lines.append(
            f"{segment:12} {stage:12} {window.onward_before:4}/{window.exits_before:<5}"
            f"{window.rate_before:6.1%}  ->  {window.onward:4}/{window.exits:<5}{window.rate:6.1%}"
        )
    return "\n".join(lines)
