"""False alarms of companies where nothing happens, and how soon planted faults are found.

    .venv/bin/dbt compile --profiles-dir profiles
    .venv/bin/python benchmarks/alarms.py --first 201 --seeds 20

By hand, some two processor seconds a company: what the KPI room reads is counted from the simulated
log by the statements below, without dbt; from there on the models run as dbt compiled them, so that
no rule is written twice. The count leaves dirt aside (deleted deals, corrections, currencies that
move), and a test compares it with the models on the demo company. Alarms of plans and of retention,
which rest on forecasts and customers, are not counted.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import duckdb

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "python"))

from demo_companies.company import (  # noqa: E402
    STORY_END,
    STORY_START,
    Company,
    named_company,
)
from demo_companies.export import simulate  # noqa: E402
from demo_companies.ids import ORG, id_suffix  # noqa: E402
from demo_companies.planning import quota_rows  # noqa: E402

MODELS = (
    *("int_kpi_spreads", "int_kpi_evidence", "int_kpi_judgements", "int_kpi_run_evidence"),
    *("int_kpi_breach_openings", "int_kpi_breach_periods", "int_kpi_breach_kin"),
    *("int_kpi_incident_members", "int_kpi_breach_owners"),
)
# Quarters with a year of mature history before them.
QUARTERS = (dt.date(2025, 6, 1), dt.date(2025, 9, 1))
# By how many standard errors a narrower place must say more before it speaks, but of what people do
# themselves (kpi_incidents).
HANDICAP = 1.0

_INPUTS = """
create table weeks as
select 'week' as period_type, cast(day as date) as period_start,
    cast(day as date) + 6 as period_end,
    cast(day as date) + 6 as window_end, true as is_complete
from generate_series(date '2023-06-05', date '{until}' - 6, interval 7 day) as _(day);
create table int_calendar_periods as from weeks;

create table int_scopes as
select * from (values ('company', false, false, false), ('segment', true, false, false),
    ('team', false, true, false)) as t(scope, keeps_segment, keeps_team, keeps_rep);

create table changes as
select v.number, v.second, on_day(v.second // 86400) as day, v.stage,
    v.amount / case o.currency when 1 then 92.0 when 2 then 79.0 else 100.0 end as amount,
    v.owner, {names}[a.segment + 1] as segment, o.loss_reason, v.close_day,
    lag(v.stage) over (partition by v.number order by v.second) as came_from
from read_parquet('{log}/version_*.parquet') as v
inner join read_parquet('{log}/opportunity_*.parquet') as o on v.number = o.number
inner join read_parquet('{log}/account_*.parquet') as a on o.account = a.number
where v.what = 0 and v.stage <> 7 and v.second < epoch(date '{until}' + 1);

create table visits as
select *, lead(stage) over deal as left_to, lead(day) over deal as left_on,
    lead(owner) over deal as left_owner,
    min(case when stage between 2 and 5 then day end) over (partition by number) as qualified_on
from changes
where stage is distinct from came_from
window deal as (partition by number order by second);

create table int_closing_events as
select number as opportunity_id, row_number() over (partition by number order by second)
        as visit_number,
    'closed' as event_kind, stage = 5 as is_won, day as event_on, day as credited_on,
    1 as closed_count,
    cast(owner as varchar) as rep_id, segment, round(amount, 2) as amount,
    day - qualified_on as won_cycle_days, loss_reason
from visits where stage in (5, 6);

-- A push moves the close date of an open deal to a later fiscal quarter, which begin in March.
create table pushes as
select * from (
    select *, stage < 5 and lag(stage) over deal < 5
        and date_trunc('quarter', on_day(close_day) + interval 1 month)
        > date_trunc('quarter', on_day(lag(close_day) over deal) + interval 1 month) as is_push
    from changes
    window deal as (partition by number order by second)
) where is_push;

create table int_qualification_events as
select day as event_on, cast(owner as varchar) as rep_id, segment,
    round(coalesce(amount, 0), 2) as qualified_amount
from (
    select *, row_number() over (partition by number order by second) as place
    from visits where stage between 2 and 5
) where place = 1;

-- Cases of a day by everything they are reported under.
create table teamed as
select e.*, coalesce(r.team_id, 'unassigned') as team_id
from (
    select 'stage_conversion_rate' as metric_id, {stages}[stage + 1] as slice_id, left_on as day,
        cast(owner as varchar) as rep_id, segment,
        (left_to > stage and left_to < 6)::int::double as numerator, 1.0 as denominator, 1 as n
    from visits where stage < 5 and left_on is not null
    union all
    select 'avg_deal_size_t90', 'all', event_on, rep_id, segment, amount, 1, 1
    from int_closing_events where is_won and amount is not null
    union all
    select 'sales_cycle_days_t90', 'all', event_on, rep_id, segment, won_cycle_days, 1, 1
    from int_closing_events where is_won and won_cycle_days is not null
    union all
    select 'loss_reason_share', 'product_gap', event_on, rep_id, segment,
        (loss_reason = 3)::int::double, 1, 1
    from int_closing_events where not is_won
    union all
    select 'pushes_per_deal', 'all', event_on, rep_id, segment, 0, 1, 1 from int_closing_events
    union all
    select 'pushes_per_deal', 'all', day, cast(owner as varchar), segment, 1, 0, 0 from pushes
    union all
    select 'pipeline_to_quota', 'all', event_on, rep_id, segment, qualified_amount, 0, 1
    from int_qualification_events
) as e
left join int_rep_assignments as r
    on e.rep_id = r.rep_id and e.day >= r.valid_from and e.day < r.valid_to;

create table daily as
select metric_id, slice_id, day, scope,
    case when keeps_segment then segment else 'all' end as segment,
    case when keeps_team then team_id else 'all' end as team_id,
    sum(numerator) as numerator, sum(denominator) as denominator, sum(n) as n
from teamed cross join int_scopes group by all;

create table quota as
select month, scope, case when keeps_segment then segment else 'all' end as segment,
    case when keeps_team then team_id else 'all' end as team_id, sum(amount) as amount,
    sum(case when segment = 'enterprise' then amount else 0 end) as enterprise
from (
    select q.month, q.amount, r.segment, r.team_id
    from quotas as q inner join int_rep_assignments as r
        on q.rep_id = r.rep_id and q.month >= r.valid_from and q.month < r.valid_to
) cross join int_scopes group by all;

create table windowed as
select d.metric_id, d.slice_id, w.period_start, w.period_end, d.scope, d.segment, d.team_id,
    sum(d.numerator) as numerator, sum(d.denominator) as denominator, sum(d.n) as n
from weeks as w inner join daily as d on d.day <= w.period_end and d.day > w.period_end
    - case when d.metric_id = 'pipeline_to_quota'
        and not (d.segment = 'enterprise' or d.team_id like 'enterprise%') then 28 else 90 end
group by all;

create table readings as
select metric_id, 'week' as period_type, period_start, period_end, scope, segment, team_id,
    'all' as rep_id, slice_id, numerator, denominator, n
from windowed where metric_id <> 'pipeline_to_quota'
union all
select p.metric_id, 'week', p.period_start, p.period_end, p.scope, p.segment, p.team_id, 'all',
    'all', p.numerator, q.amount, p.n
from windowed as p
inner join (
    -- The month's quota; of enterprise the quarter's.
    select w.period_start, q.scope, q.segment, q.team_id, sum(q.amount) as amount
    from weeks as w inner join quota as q on case
        when q.segment = 'enterprise' or q.team_id like 'enterprise%'
            then date_trunc('quarter', q.month + interval 1 month)
                = date_trunc('quarter', date_trunc('month', w.period_end) + interval 1 month)
        else q.month = date_trunc('month', w.period_end) end
    group by all
) as q using (period_start, scope, segment, team_id)
where p.metric_id = 'pipeline_to_quota' and p.scope <> 'company';
"""
_LEADS = """
create table int_lead_waits as
select 'week' as period_type, w.period_start, coalesce(r.segment, 'unassigned') as segment,
    coalesce(r.team_id, 'unassigned') as team_id, cast(l.owner as varchar) as rep_id,
    l.rating = 0 as is_hot, cast(1000000 * greatest(
        open_seconds(least(l.touched, epoch(w.period_end + 1)::bigint))
        - open_seconds(l.created), 0) as bigint) as waited_open_micros
from read_parquet('{log}/lead_*.parquet') as l
inner join weeks as w
    on on_day(l.created // 86400)
    between w.period_start and w.period_end
left join int_rep_assignments as r on cast(l.owner as varchar) = r.rep_id
    and w.period_start >= r.valid_from and w.period_start < r.valid_to;
insert into readings
select 'lead_response_business_minutes', 'week', period_start, period_start + 6, scope,
    case when keeps_segment then segment else 'all' end,
    case when keeps_team then team_id else 'all' end, 'all', 'hot',
    median(waited_open_micros) / 6e7, 1, count(*)
from int_lead_waits cross join int_scopes where is_hot group by all;
"""
# Seconds of opening hours (8 to 18, Monday to Friday) from 1970 to a moment.
_OPEN_SECONDS = """
create macro open_seconds(second) as
    36000 * (5 * ((second // 86400 + 3) // 7) + least((second // 86400 + 3) % 7, 5))
    + case when (second // 86400 + 3) % 7 < 5
        then greatest(0, least(36000, second % 86400 - 28800)) else 0 end
"""
_READINGS = """
create table int_kpi_readings as
select r.metric_id, r.period_type, r.period_start, r.period_end, r.scope, r.segment, r.team_id,
    r.rep_id, case when r.slice_id = 'all' then 'all' else 'sliced' end as slice_type, r.slice_id,
    r.numerator, r.denominator, r.numerator / nullif(r.denominator, 0) as metric_value,
    cast(r.n as bigint) as n, b.numerator as baseline_numerator,
    b.denominator as baseline_denominator,
    b.numerator / nullif(b.denominator, 0) as baseline_value, cast(b.n as bigint) as baseline_n,
    m.min_n, case when m.better = 'up' then 1 else -1 end as direction,
    false as is_worst, null::double as aged_deals, null::double as older_deals,
    null::double as age_variance, null::double as expected_days, 0.5::double as quarter_share,
    45 as days_to_quarter_end,
    r.period_end - date '2023-06-01' + 1 as history_days
from readings as r inner join metrics as m on r.metric_id = m.metric_id
-- The 90 days before, which only the rules of before compare with.
left join readings as b
    on r.metric_id = b.metric_id and r.scope = b.scope and r.segment = b.segment
    and r.team_id = b.team_id and r.slice_id = b.slice_id
    and r.period_start - 91 = b.period_start
where r.denominator > 0
"""
# The rules before the evidence of a year, as far as the bench counts what they watch; all are asked
# every week here, where deal sizes and loss reasons were asked once a month and leads every day.
BEFORE = """
update kpi_triggers set is_on = false;
update kpi_triggers set is_on = true, evidence = 'interval', compares_with = null,
    evidence_z = 1.96, evidence_margin = 0.02
where trigger_id = 'stage_conversion_drop';
update kpi_triggers set is_on = true, evidence = 'point', compares_with = null, min_n = null,
    history_days = case metric_id when 'avg_deal_size_t90' then 365
        when 'sales_cycle_days_t90' then 450 end
where trigger_id in ('deal_size_drop', 'sales_cycle_long', 'lead_response_slow',
    'loss_reason_product_gap', 'pipeline_to_quota_low');
"""


@dataclass(frozen=True)
class Fault:
    """What is planted, what names it right, and by when it must be found and so named."""

    company: str
    metrics: tuple[str, ...]
    scope: str
    place: str
    slice_id: str
    days: int
    also_on: str | None = None
    """The trigger that looks for it, if it is off by default."""

    @property
    def rules(self) -> str:
        """What switches on the trigger that looks for it."""
        if self.also_on is None:
            return ""
        return f"update kpi_triggers set is_on = true where trigger_id = '{self.also_on}'"

    @property
    def last(self) -> dt.date:
        """The day by which it must be found."""
        return STORY_START + dt.timedelta(days=self.days)


FAULTS = (
    Fault("kelvinmark", ("stage_conversion_rate",), "segment", "enterprise", "proposal", 28),
    Fault("slow_leads", ("lead_response_business_minutes",), "team", "smb_east", "hot", 7),
    Fault("less_pipeline", ("pipeline_to_quota",), "segment", "mid_market", "all", 42),
    Fault("long_cycle", ("sales_cycle_days_t90",), "segment", "mid_market", "all", 84),
    Fault("discounts", ("avg_deal_size_t90",), "segment", "enterprise", "all", 84),
    Fault("product_gap", ("loss_reason_share",), "segment", "mid_market", "product_gap", 70),
    Fault(
        *("pushed_dates", ("pushes_per_deal",), "segment", "mid_market", "all", 42),
        also_on="pushes_rising",
    ),
)


@dataclass(frozen=True)
class Incident:
    """An incident as far as it is counted."""

    metric: str
    trigger: str
    scope: str
    place: str
    slice_id: str
    opened_on: dt.date
    closed_on: dt.date | None
    owner_role: str
    members: int


def seed_table(db: duckdb.DuckDBPyConnection, name: str, types: str) -> None:
    """A seed as a table."""
    path = REPO / "seeds" / "catalog" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    given = dict(pair.split(" ", 1) for pair in types.split(", "))
    columns = ", ".join(f"'{key}': '{given.get(key, 'varchar')}'" for key in header)
    db.execute(
        f"create table {name} as from read_csv('{path}', header = true, columns = {{{columns}}})"
    )


def inputs(company: Company, until: dt.date, *, with_leads: bool) -> duckdb.DuckDBPyConnection:
    """What the KPI room reads, of one company as of the end of a day."""
    db = duckdb.connect()
    db.execute("set threads = 1")
    seed_table(db, "metrics", "min_n integer, layer integer")
    seed_table(
        db,
        "kpi_triggers",
        "is_on boolean, threshold double, consecutive_periods integer, from_quarter_share double,"
        " history_days integer, min_n integer, evidence_z double, evidence_q double,"
        " evidence_margin double, escalate_after_periods integer",
    )
    seed_table(db, "kpi_owners", "intervention_hours integer")
    seed_table(db, "kpi_roles", "role varchar")
    with tempfile.TemporaryDirectory() as folder:
        staff = simulate(company, Path(folder), with_activities=with_leads)
        spells = [
            (
                str(s.person),
                s.team,
                s.role,
                s.segment,
                _text(s.manager),
                s.start if s.start > dt.date(2022, 12, 31) else dt.date(1900, 1, 1),
                s.end + dt.timedelta(days=1) if s.end else dt.date(9999, 12, 31),
            )
            for s in staff.spells
        ]
        db.execute(
            "create table int_rep_assignments (rep_id varchar, team_id varchar, role varchar,"
            " segment varchar, manager_id varchar, valid_from date, valid_to date)"
        )
        db.executemany("insert into int_rep_assignments values (?, ?, ?, ?, ?, ?, ?)", spells)
        db.execute("create table int_reps_listed (rep_id varchar, rep_name varchar)")
        db.executemany(
            "insert into int_reps_listed values (?, ?)",
            [(str(person.number), person.name) for person in staff.persons],
        )
        numbers = {_user(number): str(number) for number in range(staff.rep_count)}
        db.execute("create table quotas (rep_id varchar, month date, amount double)")
        db.executemany(
            "insert into quotas values (?, ?, ?)",
            [
                (numbers[user], f"{month}-01", amount)
                for user, month, amount in quota_rows(company, staff, until)
            ],
        )
        names = "['smb', 'mid_market', 'enterprise']"
        stages = "['prospecting', 'discovery', 'qualified', 'demo', 'proposal']"
        db.execute("create macro on_day(number) as date '1970-01-01' + cast(number as integer)")
        db.execute(_INPUTS.format(log=folder, until=until, names=names, stages=stages))
        db.execute(_OPEN_SECONDS)
        if with_leads:
            db.execute(_LEADS.format(log=folder))
    if not with_leads:
        db.execute(
            "create table int_lead_waits (period_type varchar, period_start date, segment varchar,"
            " team_id varchar, rep_id varchar, is_hot boolean, waited_open_micros bigint)"
        )
    db.execute(_READINGS)
    db.execute(
        "create table int_metric_values_unioned (metric_id varchar, period_type varchar,"
        " period_start date, segment varchar, team_id varchar, rep_id varchar, metric_value double)"
    )
    db.execute(
        "create table int_velocity_errors (period_start date, segment varchar, team_id varchar,"
        " rep_id varchar, log_variance double)"
    )
    db.execute(
        "create table int_metrics_barred (metric_id varchar, role varchar, period_type varchar,"
        " period_start date, segment varchar, team_id varchar, rep_id varchar)"
    )
    db.execute(
        "create table int_trigger_scopes as select trigger_id,"
        " unnest(string_split(scopes, ' ')) as scope from kpi_triggers where scopes is not null"
    )
    return db


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _user(number: int) -> str:
    """The id planning gives a CRM user."""
    digits, rest = "", number
    while rest:
        digits, rest = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36] + digits, rest // 36
    user = "005" + ORG + digits.rjust(9, "0")
    return user + id_suffix("005" + ORG + "0" * 9)


def compiled(folder: Path) -> dict[str, str]:
    """The models of the KPI room as dbt compiled them, with names that have no schema."""
    found = {}
    for name in MODELS:
        (path,) = folder.glob(f"compiled/*/models/intermediate/kpi/{name}.sql")
        sql = path.read_text(encoding="utf-8")
        sql = re.sub(r'"[^"]+"\."[^"]+"\."([^"]+)"', r'"\1"', sql)
        found[name] = sql
    return found


def judge(
    db: duckdb.DuckDBPyConnection, models: Mapping[str, str], told_on: dt.date = STORY_END
) -> list[Incident]:
    """Run the KPI room and return its incidents, named as a build of the evening `told_on` does."""
    for name, sql in models.items():
        db.execute(f"create or replace table {name} as {sql}")
    return told(db, told_on)


def told(db: duckdb.DuckDBPyConnection, told_on: dt.date) -> list[Incident]:
    """The incidents begun by a day: who speaks is settled by then, when they close is not."""
    rows = db.execute(
        """
        with lives as (
            select m.incident_id, count(*) as members, min(p.opened_on) as first_on,
                case when count(p.closed_on) = count(*) then max(p.closed_on) end as last_on
            from int_kpi_incident_members as m
            inner join int_kpi_breach_periods as p
                on m.breach_id = p.breach_id and p.periods_in_breach = 1
            group by m.incident_id
        ),
        strengths as (
            select breach_id, max(errors_worse) as strength
            from int_kpi_breach_periods where period_end <= $told_on group by breach_id
        ),
        spoken as (
            select m.incident_id, p.*, row_number() over (
                partition by m.incident_id
                order by coalesce(p.closed_on > $told_on, true) desc,
                    s.strength - case
                        when p.scope = 'team' and metrics.stack <> 'activity' then $handicap
                        else 0
                    end desc nulls last, p.opened_on,
                    list_position(['company', 'segment', 'team'], p.scope), p.breach_id) as place
            from int_kpi_incident_members as m
            inner join int_kpi_breach_periods as p
                on m.breach_id = p.breach_id and p.periods_in_breach = 1
            inner join strengths as s on m.breach_id = s.breach_id
            inner join metrics on p.metric_id = metrics.metric_id
        )
        select metric_id, trigger_id, scope,
            case when segment <> 'all' then segment else team_id end, slice_id, first_on, last_on,
            owner_role, members
        from spoken inner join lives using (incident_id)
        inner join int_kpi_breach_owners using (breach_id)
        where place = 1 order by all
        """,
        {"told_on": told_on, "handicap": HANDICAP},
    ).fetchall()
    return [Incident(*row) for row in rows]


def incidents(
    name: str,
    seed: int | None,
    models: Mapping[str, str],
    *,
    with_leads: bool | None = None,
    told_on: dt.date = STORY_END,
    rules: Sequence[str] = ("",),
) -> list[list[Incident]]:
    """The incidents of one company by each of some rules, as of the end of the story.

    Rules are statements that change `kpi_triggers` from what the seed says; incidents bear the
    names they were told by on the evening `told_on`.
    """
    leads = name == "slow_leads" if with_leads is None else with_leads
    db = inputs(named_company(name, seed=seed), STORY_END, with_leads=leads)
    db.execute("create table kpi_triggers_of_the_seed as from kpi_triggers")
    of_each = []
    try:
        for statements in rules:
            db.execute("create or replace table kpi_triggers as from kpi_triggers_of_the_seed")
            db.execute(statements)
            of_each.append(judge(db, models, told_on))
    finally:
        db.close()
    return of_each


def found(fault: Fault, all_of: Sequence[Incident]) -> tuple[int | None, bool, int]:
    """Days until a metric of the fault was named, whether rightly, and how many others stood by."""
    last = fault.last
    begun = dt.date(2025, 7, 7) if fault.company == "kelvinmark" else STORY_START
    since = [i for i in all_of if begun <= i.opened_on <= last]
    named = [
        i
        for i in since
        if i.metric in fault.metrics
        and i.slice_id == fault.slice_id
        and (i.closed_on is None or i.closed_on > last)
    ]
    if not named:
        return None, False, len(since)
    right = [i for i in named if (i.scope, i.place) == (fault.scope, fault.place)]
    first = (right or named)[0]
    return (first.opened_on - begun).days, bool(right), len(since) - 1


def open_days(of: Incident, start: dt.date, end: dt.date) -> int:
    """Days of a span on which it was open."""
    until = min(of.closed_on or end, end)
    return max((until - max(of.opened_on, start)).days, 0)


def quiet_counts(companies: Sequence[Sequence[Incident]]) -> tuple[float, Counter[str], float]:
    """False incidents per company and quarter, by trigger and scope, and open ones on a day."""
    by_trigger: Counter[str] = Counter()
    days = 0
    for company in companies:
        for one in company:
            if one.opened_on >= QUARTERS[0]:
                by_trigger[f"{one.trigger} {one.scope}"] += 1
            days += open_days(one, QUARTERS[0], STORY_END)
    quarters = len(companies) * len(QUARTERS)
    span = (STORY_END - QUARTERS[0]).days * len(companies)
    return sum(by_trigger.values()) / quarters, by_trigger, days / span


@click.command()
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--target", type=click.Path(path_type=Path), default=REPO / "target")
@click.option("--only", multiple=True, help="Only these companies; all by default.")
def main(first: int, seeds: int, target: Path, only: Sequence[str]) -> None:
    """Print what quiet companies and planted faults bring."""
    models = compiled(target)
    for line in lines(models, range(first, first + seeds), only):
        click.echo(line)


def lines(models: Mapping[str, str], seeds: range, only: Sequence[str] = ()) -> Iterator[str]:
    """The figures, a line each; every company by today's rules and by those of before."""
    if not only or "quiet" in only:
        off = {fault.also_on: fault.rules for fault in FAULTS if fault.also_on}
        of_seeds = [
            incidents("quiet", seed, models, with_leads=True, rules=["", BEFORE, *off.values()])
            for seed in seeds
        ]
        today, before, *alone = zip(*of_seeds, strict=True)
        for label, companies in (("today's rules", today), ("rules before", before)):
            false, by_trigger, at_once = quiet_counts(companies)
            yield (
                f"quiet, {label}: {false:.2f} false incidents per company and quarter,"
                f" {at_once:.2f} open"
            )
            yield from _by_trigger(by_trigger, len(seeds))
        for trigger, companies in zip(off, alone, strict=True):
            by_trigger = quiet_counts(companies)[1]
            of_it = {key: n for key, n in by_trigger.items() if key.startswith(f"{trigger} ")}
            yield from _by_trigger(of_it, len(seeds))
    for fault in FAULTS:
        if only and fault.company not in only:
            continue
        of_seeds = [
            incidents(
                *(fault.company, seed, models), told_on=fault.last, rules=[fault.rules, BEFORE]
            )
            for seed in seeds
        ]
        for label, companies in zip(
            ("today's rules", "rules before"), zip(*of_seeds, strict=True), strict=True
        ):
            results = [found(fault, one) for one in companies]
            days = [day for day, _, _ in results if day is not None]
            right = sum(is_right for _, is_right, _ in results)
            others = sum(other for _, _, other in results) / len(results)
            middle = f"{median(days):.0f} days" if days else "-"
            yield (
                f"{fault.company}, {label}: found in time {len(days)} of {len(results)}, right"
                f" {right}, median {middle}, {others:.1f} other incidents"
            )


def _by_trigger(counts: Mapping[str, int], companies: int) -> Iterator[str]:
    for trigger, count in sorted(counts.items()):
        yield f"  {trigger}: {count / companies / len(QUARTERS):.3f}"


if __name__ == "__main__":
    main()
