"""Sailmark: eight reps, of whom the busiest converts least and two carry the number.

A second company with planted truth, small enough to be simulated deal by deal. Everything is drawn
to its end and then cut, so that the export of an earlier day is what the CRM showed on that day.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from demo_companies.ids import salesforce_id
from sales_metrics.errors import SalesMetricsError

HISTORY_START = dt.date(2024, 9, 1)
AS_OF = dt.date(2025, 11, 30)
HORIZON = dt.date(2025, 12, 14)
RENAME_DAY = dt.date(2025, 1, 6)
SEED = 9
QUARTERS = (
    dt.date(2024, 9, 1),
    dt.date(2024, 12, 1),
    dt.date(2025, 3, 1),
    dt.date(2025, 6, 1),
    dt.date(2025, 9, 1),
    dt.date(2025, 12, 1),
)
QUOTA = 63_000
"""Dollars a month of a rep past the ramp."""
RAMP = (0.10, 0.20, 0.40, 0.60, 0.80, 0.90)
SEGMENT, TEAM = "mid_market", "sailmark"
STAGES = ("Prospecting", "Discovery", "Qualified", "Demo", "Proposal", "Closed Won", "Closed Lost")
DEMO, PROPOSAL, WON, LOST = 3, 4, 5, 6
STAGE_DAYS = (4.0, 5.0, 8.0, 9.0, 14.0)
EARLY_ADVANCE = 0.97
PROBABILITY = (5, 15, 30, 50, 70, 100, 0)
FORECAST = ("Pipeline", "Pipeline", "Pipeline", "Pipeline", "Best Case", "Closed", "Omitted")


@dataclass(frozen=True)
class Rep:
    """What is true of a rep; activity and deals per week, amounts in dollars."""

    name: str
    calls: float
    emails: float
    deals: float
    advance_at_demo: float
    win_at_proposal: float
    amount: float = 18_000.0
    amount_drift: float = 1.0
    """The amount is multiplied by this every quarter."""
    start: dt.date = dt.date(2023, 2, 1)


REPS = (
    Rep("Devon Marsh", 52, 64, 14.0, 0.20, 0.20, 20_000, 0.92),
    Rep("Priya Raman", 27, 33, 6.8, 0.52, 0.45),
    Rep("Marcus Bell", 25, 30, 7.0, 0.45, 0.45),
    Rep("Alma Reyes", 31, 38, 4.8, 0.34, 0.20),
    Rep("Jonas Keller", 29, 35, 4.6, 0.34, 0.20),
    Rep("Mira Okoye", 24, 29, 4.6, 0.34, 0.20),
    Rep("Sam Whitfield", 22, 26, 4.4, 0.34, 0.20),
    Rep("Tess Lindholm", 26, 30, 3.2, 0.34, 0.20, start=dt.date(2025, 9, 1)),
)
MANAGER, ROBOT = len(REPS), len(REPS) + 1


@dataclass
class Deal:
    """One opportunity: its moves as (instant, stage), and what else happens to it."""

    number: int
    rep: int
    amount: float
    moves: list[tuple[dt.datetime, int]]
    close_date: dt.date
    deleted_at: dt.datetime | None = None
    has_owner: bool = True
    demo_at: dt.datetime | None = None
    discovery_at: dt.datetime | None = None
    reason: str = field(default="Price")


def _working(instant: dt.datetime) -> dt.datetime:
    """The same time of a working day: nobody edits deals on a weekend."""
    return instant + dt.timedelta(
        days=max(0, 7 - instant.weekday()) if instant.weekday() > 4 else 0
    )


def simulate(seed: int) -> list[Deal]:
    """Every deal from the first week to the horizon, in the order of creation."""
    chance = random.Random(seed)
    deals: list[Deal] = []
    days = (HORIZON - HISTORY_START).days
    for place, rep in enumerate(REPS):
        for day in range(days):
            today = HISTORY_START + dt.timedelta(days=day)
            if today.weekday() > 4 or today < rep.start:
                continue
            whole, rest = divmod(rep.deals / 5, 1)
            for _ in range(int(whole) + (chance.random() < rest)):
                deals.append(_deal(chance, place, rep, today))
    deals.sort(key=lambda deal: (deal.moves[0][0], deal.rep))
    for number, deal in enumerate(deals):
        deal.number = number
    return deals


def _deal(chance: random.Random, place: int, rep: Rep, today: dt.date) -> Deal:
    quarters = sum(quarter <= today for quarter in QUARTERS) - 1
    median = rep.amount * rep.amount_drift**quarters
    amount = round(median * math.exp(0.22 * chance.gauss(0, 1)) / 250) * 250
    amount = min(max(amount, 10_500), 49_000)
    now = dt.datetime.combine(today, dt.time(8)) + dt.timedelta(seconds=chance.randrange(30_000))
    moves, stage = [(now, 0)], 0
    planned = today + dt.timedelta(days=round(1.15 * sum(STAGE_DAYS)))
    while stage < WON:
        wait = STAGE_DAYS[stage] * math.exp(0.35 * chance.gauss(0, 1))
        now = _working(now + dt.timedelta(days=wait))
        fate = chance.random()
        advance = {DEMO: rep.advance_at_demo, PROPOSAL: rep.win_at_proposal}.get(
            stage, EARLY_ADVANCE
        )
        stage = stage + 1 if fate < advance else LOST
        moves.append((now, stage))
        if stage == LOST and len(moves) < 9 and chance.random() < 0.01:
            now = _working(now + dt.timedelta(days=9))
            stage = max(1, moves[-2][1])
            moves.append((now, stage))
    deal = Deal(0, place, amount, moves, max(planned, moves[-1][0].date()))
    deal.has_owner = chance.random() >= 0.01
    deal.reason = chance.choice(("Price", "No Decision", "Lost to Competitor", "Timing"))
    if chance.random() < 0.01:
        deal.deleted_at = moves[-1][0] + dt.timedelta(days=3)
    for at, reached in moves:
        if reached == 1 and deal.discovery_at is None:
            deal.discovery_at = at
        if reached == DEMO and deal.demo_at is None:
            deal.demo_at = at
    return deal


def write_sailmark(folder: Path, until: dt.date = HORIZON, seed: int = SEED) -> None:
    """Write the raw tables as the CRM showed them at the end of a day.

    Raises SalesMetricsError for a day outside the history or a folder that cannot be written.
    """
    if not HISTORY_START <= until <= HORIZON:
        raise SalesMetricsError(
            f"--until must lie between {HISTORY_START} and {HORIZON}, not {until}."
        )
    crm, plans = folder / "salesforce", folder / "planning"
    try:
        crm.mkdir(parents=True, exist_ok=True)
        plans.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SalesMetricsError(
            f"The folder {folder} cannot be written ({error.strerror}); take another --out."
        ) from error
    end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time())
    deals = [deal for deal in simulate(seed) if deal.moves[0][0] < end]
    tables = {
        "opportunity": (OPPORTUNITY, _opportunities(deals, end)),
        "opportunity_history": (HISTORY, _history(deals, end)),
        "opportunity_stage": (STAGE, _stages()),
        "account": (ACCOUNT, _accounts(deals)),
        "user": (USER, _users(until)),
        "user_role": ("id varchar, name varchar", [(salesforce_id("00E", 0), "Sailmark Rep")]),
        "task": (TASK, _tasks(seed, end)),
        "event": (EVENT, _events(deals, end)),
    }
    for name, (columns, rows) in tables.items():
        _write_parquet(crm / f"{name}.parquet", columns, rows)
    _write_plans(plans, until)
    _write_csv(folder / "as_of.csv", ("as_of_date",), [(min(until, AS_OF),)])


OPPORTUNITY = """id varchar, account_id varchar, owner_id varchar, name varchar, stage_name varchar,
    amount decimal(18, 2), probability double, is_closed boolean, is_won boolean,
    forecast_category_name varchar, type varchar, loss_reason_c varchar, next_step varchar,
    close_date date, created_date timestamp, last_modified_date timestamp,
    system_modstamp timestamp, is_deleted boolean, _fivetran_synced timestamp"""
HISTORY = """id varchar, opportunity_id varchar, created_date timestamp, stage_name varchar,
    amount decimal(18, 2), close_date date, probability double, forecast_category varchar,
    system_modstamp timestamp, is_deleted boolean, _fivetran_synced timestamp"""
STAGE = """id varchar, api_name varchar, master_label varchar, sort_order integer,
    is_active boolean, is_closed boolean, is_won boolean, default_probability double,
    forecast_category varchar"""
ACCOUNT = """id varchar, name varchar, owner_id varchar, number_of_employees integer,
    created_date timestamp, is_deleted boolean, system_modstamp timestamp"""
USER = """id varchar, name varchar, email varchar, is_active boolean, manager_id varchar,
    user_role_id varchar, title varchar, created_date timestamp, user_type varchar"""
TASK = """id varchar, owner_id varchar, created_date timestamp, activity_date date,
    completed_date_time timestamp, status varchar, is_closed boolean, type varchar,
    task_subtype varchar, subject varchar, call_type varchar, is_deleted boolean,
    _fivetran_synced timestamp"""
EVENT = """id varchar, owner_id varchar, created_date timestamp, start_date_time timestamp,
    end_date_time timestamp, what_id varchar, type varchar, subject varchar, is_child boolean,
    outcome varchar, is_deleted boolean, _fivetran_synced timestamp"""

Row = tuple[object, ...]


def _stage_name(stage: int, at: dt.datetime) -> str:
    return "Price Quote" if stage == PROPOSAL and at.date() < RENAME_DAY else STAGES[stage]


def _synced(at: dt.datetime, number: int) -> dt.datetime:
    """A nightly load, and now and then one that comes a week late."""
    nights = 7 if number % 211 == 7 else 1
    return dt.datetime.combine(at.date() + dt.timedelta(days=nights), dt.time(2))


def _opportunities(deals: Sequence[Deal], end: dt.datetime) -> Iterator[Row]:
    for deal in deals:
        known = [move for move in deal.moves if move[0] < end]
        at, stage = known[-1]
        is_deleted = deal.deleted_at is not None and deal.deleted_at < end
        changed = deal.deleted_at if is_deleted and deal.deleted_at else at
        # The rename changed what every record shows, also those closed before it.
        shown = STAGES[stage] if end.date() > RENAME_DAY else _stage_name(stage, at)
        yield _opportunity(deal, at, stage, shown, changed, is_deleted)
        # What an earlier load left behind: the record as it was created.
        if deal.number % 89 == 3 and changed > deal.moves[0][0]:
            created = deal.moves[0][0]
            yield _opportunity(deal, created, 0, STAGES[0], created, False)


def _opportunity(
    deal: Deal, at: dt.datetime, stage: int, shown: str, changed: dt.datetime, is_deleted: bool
) -> Row:
    return (
        salesforce_id("006", deal.number),
        salesforce_id("001", deal.number // 2),
        salesforce_id("005", deal.rep) if deal.has_owner else None,
        f"Sailmark deal {deal.number + 1}",
        shown,
        deal.amount,
        PROBABILITY[stage],
        stage >= WON,
        stage == WON,
        FORECAST[stage],
        "New Business" if deal.number % 4 else "Expansion",
        deal.reason if stage == LOST else None,
        "Send recap" if stage < WON else None,
        at.date() if stage >= WON else deal.close_date,
        deal.moves[0][0],
        changed,
        changed,
        is_deleted,
        _synced(changed, deal.number),
    )


def _history(deals: Sequence[Deal], end: dt.datetime) -> Iterator[Row]:
    for deal in deals:
        for place, (at, stage) in enumerate(deal.moves):
            if at >= end:
                break
            # By deal, so that a later export names the same row alike.
            number = deal.number * 64 + place
            row = (
                salesforce_id("008", number),
                salesforce_id("006", deal.number),
                at,
                _stage_name(stage, at),
                deal.amount,
                at.date() if stage >= WON else deal.close_date,
                PROBABILITY[stage],
                FORECAST[stage],
                at,
                False,
                _synced(at, number),
            )
            yield row
            # A loader that delivers at least once.
            if number % 97 == 0:
                yield row


def _stages() -> Iterator[Row]:
    for place, name in enumerate(STAGES):
        shown = (salesforce_id("01J", place), name, name, place + 1, True, place >= WON)
        yield (*shown, place == WON, PROBABILITY[place], FORECAST[place])


def _accounts(deals: Sequence[Deal]) -> Iterator[Row]:
    for number in range(len(deals) // 2 + 1):
        opened = deals[min(2 * number, len(deals) - 1)].moves[0][0] - dt.timedelta(days=20)
        owner = salesforce_id("005", deals[min(2 * number, len(deals) - 1)].rep)
        name = f"Harbour Works {number + 1}"
        yield (salesforce_id("001", number), name, owner, 420, opened, False, opened)


def _users(until: dt.date) -> Iterator[Row]:
    manager = salesforce_id("005", MANAGER)
    role = salesforce_id("00E", 0)
    for place, rep in enumerate(REPS):
        if rep.start > until:
            continue
        email = rep.name.lower().replace(" ", ".") + "@sailmark.example"
        started = dt.datetime.combine(rep.start, dt.time(9))
        shown = (salesforce_id("005", place), rep.name, email, True, manager, role)
        yield (*shown, "Account Executive", started, "Standard")
    began = dt.datetime(2022, 1, 3, 9)
    email = "ruth.adeyemi@sailmark.example"
    yield (manager, "Ruth Adeyemi", email, True, None, role, "Sales Manager", began, "Standard")
    robot = salesforce_id("005", ROBOT)
    yield (robot, "Automated Process", None, True, None, None, None, began, "AutomatedProcess")


def _tasks(seed: int, end: dt.datetime) -> Iterator[Row]:
    chance = random.Random(f"tasks of {seed}")
    number = 0
    for day in range((HORIZON - HISTORY_START).days):
        today = HISTORY_START + dt.timedelta(days=day)
        if today.weekday() > 4:
            continue
        for place, rep in enumerate(REPS):
            if today < rep.start:
                continue
            kinds = (
                ("Call", "Call", "Outbound", rep.calls / 5),
                ("Email", "Email", None, rep.emails / 5),
                ("Reply", "Email", None, rep.emails / 5 * 0.07),
                ("Automated Email", "ListEmail", None, 3.0),
            )
            for kind, subtype, direction, mean in kinds:
                whole, rest = divmod(mean * (0.8 + 0.4 * chance.random()), 1)
                for _ in range(int(whole) + (chance.random() < rest)):
                    seconds = chance.randrange(8 * 3600, 17 * 3600)
                    at = dt.datetime.combine(today, dt.time()) + dt.timedelta(seconds=seconds)
                    owner = ROBOT if kind.startswith("Automated") else place
                    if at < end:
                        yield (
                            salesforce_id("00T", number),
                            salesforce_id("005", owner),
                            at,
                            today,
                            at,
                            "Completed",
                            True,
                            kind,
                            subtype,
                            kind,
                            direction,
                            False,
                            _synced(at, number),
                        )
                    number += 1


def _events(deals: Sequence[Deal], end: dt.datetime) -> Iterator[Row]:
    number = 0
    for deal in deals:
        for kind, at in (("Discovery", deal.discovery_at), ("Demo", deal.demo_at)):
            if at is None:
                continue
            booked = at - dt.timedelta(days=2)
            # One in nine does not show up.
            outcome = "No Show" if (deal.number * 2 + (kind == "Demo")) % 9 == 0 else "Held"
            for is_child in (False, True):
                if booked < end:
                    yield (
                        salesforce_id("00U", number),
                        salesforce_id("005", MANAGER if is_child else deal.rep),
                        booked,
                        at,
                        at + dt.timedelta(hours=1),
                        salesforce_id("006", deal.number),
                        kind,
                        f"{kind} call",
                        is_child,
                        outcome,
                        False,
                        _synced(booked, number),
                    )
                number += 1


def _write_plans(plans: Path, until: dt.date) -> None:
    months = [
        dt.date(quarter.year + (quarter.month - 1 + n) // 12, (quarter.month - 1 + n) % 12 + 1, 1)
        for quarter in QUARTERS
        if quarter <= until
        for n in range(3)
    ]
    hired = [(place, rep) for place, rep in enumerate(REPS) if rep.start <= until]
    _write_csv(
        plans / "quotas.csv",
        ("rep", "month", "amount"),
        [
            (salesforce_id("005", place), f"{month:%Y-%m}", QUOTA)
            for place, rep in hired
            for month in months
            if month >= rep.start.replace(day=1)
        ],
    )
    _write_csv(
        plans / "targets.csv",
        ("segment", "quarter", "metric", "amount"),
        [
            (segment, quarter, "closed_won_amount", 1_150_000)
            for quarter in QUARTERS
            if quarter <= until
            for segment in ("all", SEGMENT)
        ],
    )
    manager = salesforce_id("005", MANAGER)
    _write_csv(
        plans / "rep_roster.csv",
        ("rep", "start", "end", "role", "segment", "team", "manager"),
        [
            (salesforce_id("005", place), rep.start, "", "rep", SEGMENT, TEAM, manager)
            for place, rep in hired
        ],
    )
    _write_csv(
        plans / "ramp_schedule.csv",
        ("segment", "month", "share"),
        [(SEGMENT, month + 1, share) for month, share in enumerate(RAMP)],
    )


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_parquet(path: Path, columns: str, rows: Iterable[Row]) -> None:
    names = [
        column.split()[0] for column in columns.replace("decimal(18, 2)", "decimal").split(",")
    ]
    with tempfile.TemporaryDirectory() as folder:
        flat = Path(folder) / "rows.csv"
        _write_csv(flat, names, rows)
        with duckdb.connect() as db:
            db.execute(f"create table typed ({columns})")
            db.execute(
                "insert into typed select * from read_csv(?, all_varchar = true)", [str(flat)]
            )
            db.table("typed").order(", ".join(names)).write_parquet(str(path), compression="zstd")
