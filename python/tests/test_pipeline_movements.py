"""Pipeline movements and forecasts against a second, independent way: plain Python, deal by deal.

The golden world's waterfall is worked out by hand; the generated company's is walked here from the
versions of each deal, for every week and quarter, knowing nothing of the models in between.
"""

from __future__ import annotations

import bisect
import csv
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import GOLDEN, Build, BuildProject

AS_OF = dt.date(2025, 9, 29)
GOLDEN_VARS = {"business_timezone": "America/New_York", "fiscal_year_start_month": 1}
GOLDEN_REPS = {"ana": 1, "ben": 2, "cleo": 3}
DAY = dt.timedelta(days=1)

# period type, period start, closing quarter, segment, team, rep, movement
Cell = tuple[str, dt.date, dt.date, str, str, str, str]


@dataclass(frozen=True)
class State:
    """Where a deal stood on a day; `quarter` is the one it is to close in."""

    day: dt.date
    kind: str
    stage: str
    segment: str
    team: str
    rep: str
    quarter: dt.date | None
    amount: Decimal

    @property
    def key(self) -> tuple[str, str, str]:
        return self.segment, self.team, self.rep


class Teams:
    """The team of a rep on a day."""

    def __init__(self, build: Build) -> None:
        self._spells: dict[str, list[tuple[dt.date, dt.date, str]]] = defaultdict(list)
        for rep, start, end, team in build.query(
            "select rep_id, valid_from, valid_to, team_id from intermediate.int_rep_assignments"
        ):
            self._spells[rep].append((start, end, team))

    def on(self, rep: str, day: dt.date) -> str:
        teams = [team for start, end, team in self._spells[rep] if start <= day < end]
        return teams[0] if teams else "unassigned"


@dataclass(frozen=True)
class Closing:
    """A close as it was made, the day it was undone, and what its amount changed by meanwhile."""

    state: State
    undone: dt.date | None
    changes: list[tuple[dt.date, Decimal]]

    def by(self, last: dt.date) -> State:
        change = sum((amount for day, amount in self.changes if day <= last), Decimal(0))
        return replace(self.state, amount=self.state.amount + change)


class Life:
    """The versions of one deal, in order."""

    def __init__(self, versions: list[State], teams: Teams, known_from: dt.date) -> None:
        self._versions = versions
        # Before it the CRM tells no close date of open deals.
        self.known_from = known_from
        self._days = [version.day for version in versions]
        self._teams = teams

    def placed(self, version: State, day: dt.date) -> State:
        is_undated = version.kind == "open" and day < self.known_from
        quarter = None if is_undated else version.quarter
        return replace(version, day=day, team=self._teams.on(version.rep, day), quarter=quarter)

    def at(self, day: dt.date) -> State | None:
        """The last state of the day."""
        place = bisect.bisect_right(self._days, day)
        return self.placed(self._versions[place - 1], day) if place else None

    def weeks_in_stage(self, day: dt.date) -> int:
        """Whole weeks on a day since the deal came to the stage it is in, 16 for more."""
        place = bisect.bisect_right(self._days, day) - 1
        stage = self._versions[place].stage
        while place and self._versions[place - 1].stage == stage:
            place -= 1
        return min((day - self._days[place]).days // 7, 16)

    def changed(self, first: dt.date, last: dt.date) -> list[dt.date]:
        return sorted({day for day in self._days if first <= day <= last})

    def closings(self, first: dt.date, last: dt.date) -> Iterator[Closing]:
        """Each close that outlasts its day; on to another stage of its kind it goes on."""
        for place, version in enumerate(self._versions):
            before = self._versions[place - 1] if place else None
            if version.kind not in ("won", "lost") or not first <= version.day <= last:
                continue
            if before is not None and before.kind == version.kind:
                continue
            rest = self._versions[place:]
            ends = [n for n, later in enumerate(rest) if later.kind != version.kind]
            run = rest[: ends[0]] if ends else rest
            after = rest[ends[0]] if ends else None
            undone = after.day if after and after.kind != "deleted" else None
            if undone == version.day:
                continue
            changes = [(new.day, new.amount - old.amount) for old, new in itertools.pairwise(run)]
            yield Closing(self.placed(version, version.day), undone, changes)


def steps(life: Life, first: dt.date, last: dt.date) -> Iterator[tuple[Any, ...]]:
    """Quarter, key, movement, deals and amount of each step of a deal within a period."""
    opening = life.at(first - DAY)
    was_open = opening is not None and opening.kind == "open"
    closing = life.at(last)
    is_open = closing is not None and closing.kind == "open"
    closings = list(life.closings(first, last))

    start = opening if was_open else None
    arrival = None
    if start is None:
        opened = [state for day in life.changed(first, last) if (state := life.at(day))]
        arrivals = [state for state in opened if state.kind == "open"]
        arrivals += [one.state for one in closings]
        if not arrivals:
            return
        start = min(arrivals, key=lambda state: state.day)
        arrival = "created" if opening is None else "reopened"

    outcome = None
    end = closing
    if not is_open:
        standing = [one.by(last) for one in closings if one.undone is None or one.undone > last]
        if standing:
            end = standing[-1]
            outcome = end.kind
        else:
            outcome = "deleted"
            day = last
            while (end := life.at(day)) is None or end.kind != "open":
                day -= DAY
    assert end is not None

    quarter = start.quarter
    if arrival:
        quarter = quarter or end.quarter
        yield quarter, start.key, arrival, 1, start.amount
    if start.key != end.key:
        yield quarter, start.key, "transferred_out", -1, -start.amount
        yield quarter, end.key, "transferred_in", 1, start.amount
    if change := end.amount - start.amount:
        yield quarter, end.key, "increased" if change > 0 else "decreased", 0, change
    if quarter != end.quarter:
        came_from_past = quarter is not None and end.quarter is not None and quarter < end.quarter
        yield quarter, end.key, "pushed_out", -1, -end.amount
        movement = "pushed_in_from_past" if came_from_past else "pulled_in"
        if arrival is None and first - DAY < life.known_from:
            # Unless it had no close date when the CRM began to tell them.
            began = life.at(max(life.known_from, first)) if life.known_from <= last else None
            if began is None or began.kind != "open" or began.quarter is not None:
                movement = "first_known"
        yield end.quarter, end.key, movement, 1, end.amount
    if outcome:
        yield end.quarter, end.key, outcome, -1, -end.amount


def quarter_of(day: dt.date | None) -> dt.date | None:
    """The fiscal quarter of a company whose year starts in December."""
    if day is None:
        return None
    back = day.month % 3
    month, year = day.month - back, day.year
    return dt.date(year, month, 1) if month > 0 else dt.date(year - 1, month + 12, 1)


def lives(build: Build) -> list[Life]:
    teams = Teams(build)
    versions: dict[str, list[State]] = defaultdict(list)
    for row in build.rows(
        "select * from intermediate.int_opportunity_versions"
        " order by opportunity_id, version_number"
    ):
        kind = "deleted" if row["is_deleted"] else "won" if row["is_won"] else "lost"
        versions[row["opportunity_id"]].append(
            State(
                day=row["valid_from"].date(),
                kind="open" if row["is_open"] else kind,
                stage=row["stage_id"],
                segment=row["segment"],
                team="",
                rep=row["rep_id"],
                quarter=quarter_of(row["close_date"]),
                amount=row["amount"] or Decimal(0),
            )
        )
    known_from = build.value("select known_from from intermediate.int_close_date_history")
    return [Life(rows, teams, known_from) for rows in versions.values()]


def walked(build: Build) -> dict[Cell, tuple[int, Decimal]]:
    """Every row of pipeline_movements, found the long way."""
    periods = build.query(
        "select period_type, period_start, window_end from intermediate.int_calendar_periods"
        " where period_type in ('week', 'quarter')"
    )
    first_start = {
        kind: min(start for other, start, _ in periods if other == kind)
        for kind in ("week", "quarter")
    }
    found: dict[Cell, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for life in lives(build):
        for kind, start, end in periods:
            emitted = list(steps(life, start, end))
            for movement, day in (("opening", start - DAY), ("closing", end)):
                state = life.at(day)
                if state and state.kind == "open" and day >= first_start[kind]:
                    emitted.append((state.quarter, state.key, movement, 1, state.amount))
            for quarter, key, movement, deals, amount in emitted:
                if quarter is not None:
                    cell = (kind, start, quarter, *key, movement)
                    before = found[cell]
                    found[cell] = before[0] + deals, before[1] + amount
    return dict(found)


def published(build: Build, where: str = "true") -> dict[Cell, tuple[int, Decimal]]:
    rows = build.query(
        "select period_type, period_start, closing_quarter, segment, team_id, rep_id, movement,"
        f" deals, amount from marts.pipeline_movements where {where}"
    )
    return {row[:7]: row[7:] for row in rows}


def compare(want: dict[Any, Any], got: dict[Any, Any]) -> None:
    assert want
    missing = {key: value for key, value in want.items() if got.get(key) != value}
    extra = {key: value for key, value in got.items() if key not in want}
    assert not missing, f"{len(missing)} differ, such as {list(missing.items())[:3]}"
    assert not extra, f"{len(extra)} not expected, such as {list(extra.items())[:3]}"


def test_the_golden_waterfall_is_the_one_worked_out_by_hand(build_project: BuildProject) -> None:
    build = build_project(GOLDEN, vars=GOLDEN_VARS)
    path = GOLDEN.parent / "expected" / "pipeline_movements.yml"
    want = {}
    for *key, rep, movement, deals, amount in yaml.safe_load(path.read_text(encoding="utf-8")):
        rep_id = f"005{GOLDEN_REPS[rep]:012d}AAA"
        want["quarter", *key, rep_id, movement] = deals, Decimal(amount)
    compare(want, published(build, "period_type = 'quarter'"))


@pytest.fixture(scope="module")
def company(small_company: Path, build_project: BuildProject) -> Build:
    return build_project(small_company, as_of=str(AS_OF))


def test_every_movement_is_found_by_walking_each_deal(company: Build) -> None:
    want, got = walked(company), published(company)
    assert {cell[6] for cell in want} >= {"reopened", "transferred_in", "deleted", "pulled_in"}
    compare(want, got)


# --- forecasts ------------------------------------------------------------------------------


def weeks(quarters: Iterable[dt.date]) -> Iterator[tuple[dt.date, dt.date, int, dt.date]]:
    """First day, last day, week of the quarter and its last day, of weeks that have ended."""
    for start in quarters:
        after = quarter_of(start + 95 * DAY)
        assert after is not None
        last = after - DAY
        for number in range(1, 15):
            end = min(start + (7 * number - 1) * DAY, last)
            if end <= AS_OF and start + 7 * (number - 1) * DAY <= last:
                yield start, last, number, end


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_forecasts_are_commits_or_what_deals_promise(company: Build, small_company: Path) -> None:
    """Each rep's forecast and outcome, from the raw commits and the versions of the deals."""
    commits: dict[tuple[str, dt.date], list[tuple[str, float]]] = defaultdict(list)
    for row in read(small_company / "planning" / "forecast_submissions.csv"):
        if row["category"] == "commit":
            quarter = dt.date.fromisoformat(row["quarter"])
            commits[row["rep"], quarter].append((row["submitted_at"], float(row["amount"])))
    roster = read(small_company / "planning" / "rep_roster.csv")
    stays = {row["rep"] for row in roster if not row["end"]}
    left = {
        row["rep"]: dt.date.fromisoformat(row["end"])
        for row in roster
        if row["end"] and row["rep"] not in stays
    }
    chances = {
        tuple(key): chance * ratio
        for *key, chance, ratio in company.query(
            "select forecast_on, segment, stage_id, weeks_in_stage, chance, coalesce(ratio, 1)"
            " from intermediate.int_forecast_chances"
            " inner join intermediate.int_forecast_days using (forecast_on, quarters_ahead)"
            " left join intermediate.int_forecast_amount_ratios"
            " using (learnt_until, segment, stage_id) where quarters_ahead = 0"
        )
    }
    paces = {
        (day, segment): factor
        for day, segment, factor in company.query(
            "select forecast_on, segment, pace_factor from intermediate.int_forecast_paces"
            " where quarters_ahead = 0"
        )
    }
    to_come: dict[dt.date, dict[str, float]] = defaultdict(dict)
    for day, segment, amount in company.query(
        "select forecast_on, segment, amount from intermediate.int_forecast_yet_to_come"
        " where quarters_ahead = 0"
    ):
        to_come[day][segment] = amount
    everyone = lives(company)
    booked: dict[str, list[tuple[dt.date, float]]] = defaultdict(list)
    for life in everyone:
        for one in life.closings(dt.date.min, AS_OF):
            if one.state.kind == "won":
                seller = booked[one.state.rep]
                seller.append((one.state.day, float(one.state.amount)))
                seller.extend((day, float(amount)) for day, amount in one.changes)
                if one.undone is not None and one.undone <= AS_OF:
                    seller.append((one.undone, -float(one.by(AS_OF).amount)))

    want: dict[tuple[Any, ...], tuple[float, float | None]] = {}
    quarters = [
        first
        for (first,) in company.query("select distinct quarter_start from marts.forecast_accuracy")
    ]
    for start, last, number, end in weeks(sorted(quarters)):
        derived: dict[str, float] = defaultdict(float)
        # What is yet to be created is shared by who holds the open pipeline of its segment.
        open_amounts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for life in everyone:
            held = life.at(end)
            if held and held.kind == "open":
                cell = (end, held.segment, held.stage, life.weeks_in_stage(end))
                pace = paces.get((end, held.segment), 1.0)
                derived[held.rep] += float(held.amount) * chances.get(cell, 0.0) * pace
                open_amounts[held.segment][held.rep] += float(held.amount)
        for segment, amount in to_come[end].items():
            whole = sum(open_amounts[segment].values())
            holders = open_amounts[segment] if whole else {"unassigned": 1.0}
            for rep, part in holders.items():
                derived[rep] += amount * part / (whole or 1.0) * paces[end, segment]
        actual: dict[str, float] = defaultdict(float)
        for rep, bookings in booked.items():
            for day, amount in bookings:
                actual[rep] += amount if start <= day <= last else 0.0
                derived[rep] += amount if start <= day <= end else 0.0
        for rep in {*derived, *actual, *(rep for rep, quarter in commits if quarter == start)}:
            given = [c for c in commits.get((rep, start), []) if c[0][:10] <= str(end)]
            is_gone = rep in left and rep not in stays and left[rep] < end
            forecast = max(given)[1] if given and not is_gone else derived.get(rep, 0.0)
            want[start, number, rep] = forecast, actual.get(rep, 0.0) if last <= AS_OF else None

    got = {
        (row["quarter_start"], row["week_of_quarter"], row["rep_id"]): row
        for row in company.rows("select * from marts.forecast_accuracy where scope = 'rep'")
    }
    assert {row["forecast_source"] for row in got.values()} == {"submitted", "derived"}
    for key, row in got.items():
        forecast, outcome = want[key]
        if row["forecast"] is None:
            assert not to_come[row["week_end"]], key
            continue
        assert row["forecast"] == pytest.approx(forecast, abs=0.05), key
        assert (row["actual"] is None) == (outcome is None), key
        assert float(row["actual"] or 0) == pytest.approx(outcome or 0.0, abs=0.01), key
    silent = [key for key, (f, a) in want.items() if (abs(f) > 0.01 or a) and key not in got]
    assert not silent

    for row in company.rows("select * from marts.forecast_accuracy where scope = 'company'"):
        reps = [
            w for k, w in want.items() if k[:2] == (row["quarter_start"], row["week_of_quarter"])
        ]
        if row["forecast"] is None:
            assert not to_come[row["week_end"]]
            continue
        total = sum(forecast for forecast, _ in reps)
        assert row["forecast"] == pytest.approx(total, abs=0.5)
        outcome = sum(a or 0.0 for _, a in reps)
        if row["is_complete"] and outcome > 0:
            assert row["bias"] == pytest.approx(total / outcome - 1, abs=1e-6)
            assert row["accuracy"] == pytest.approx(
                max(0.0, 1 - abs(total / outcome - 1)), abs=1e-6
            )
            misses = sum(abs(f - (a or 0.0)) for f, a in reps)
            assert row["wape"] == pytest.approx(misses / outcome, abs=1e-6)
        else:
            assert row["accuracy"] is None
            assert row["wape"] is None
