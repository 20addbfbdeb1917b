"""Stage conversion against a second, independent way: visits walked one by one in Python.

The censored rate is also compared with a library, on data without tied times, where there is but
one way to do it.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from harness import Build, BuildProject

AS_OF = dt.date(2025, 9, 29)
DAY = dt.timedelta(days=1)
KEYS = ("segment", "team_id", "rep_id")
SCOPES: dict[str, tuple[str, ...]] = {
    "company": (),
    "segment": ("segment",),
    "team": ("team_id",),
    "rep": ("rep_id",),
}
HORIZONS = {"cohort": None, "cohort_30": 30, "cohort_60": 60, "cohort_90": 90}
GONE = ("moved", "deleted")


@dataclass(frozen=True)
class Stage:
    pipeline: str
    order: int | None
    is_won: bool
    is_lost: bool

    @property
    def is_open(self) -> bool:
        return not self.is_won and not self.is_lost

    def is_after(self, other: Stage) -> bool:
        if self.is_won:
            return True
        if self.is_lost or self.pipeline != other.pipeline:
            return False
        return self.order is not None and other.order is not None and self.order > other.order


@dataclass(frozen=True)
class Visit:
    stage_id: str
    entered_on: dt.date
    exited_on: dt.date | None
    is_deleted_after: bool
    segment: str
    team_id: str
    rep_id: str


@dataclass(frozen=True)
class Entry:
    stage_id: str
    entered_on: dt.date
    segment: str
    team_id: str
    rep_id: str
    left_kind: str
    left_on: dt.date | None
    outcome: str
    outcome_on: dt.date | None
    outcome_30: str
    outcome_60: str
    outcome_90: str

    def key(self, scope: str) -> tuple[str, ...]:
        return tuple(getattr(self, name) if name in SCOPES[scope] else "all" for name in KEYS)


def entries_of(visits: Sequence[Visit], stages: dict[str, Stage]) -> Iterable[Entry]:
    """The first time a deal came to each open stage, walking its visits in their order."""
    seen: set[str] = set()
    for position, visit in enumerate(visits):
        here = stages[visit.stage_id]
        keys = (visit.segment, visit.team_id, visit.rep_id)
        before = stages[visits[position - 1].stage_id] if position else None
        if before is not None and before.is_open and here.is_after(before):
            for stage_id, stage in stages.items():
                passed = stage.is_open and stage.is_after(before) and here.is_after(stage)
                if passed and stage_id not in seen:
                    seen.add(stage_id)
                    day = visit.entered_on
                    at_once = ("advanced",) * 3
                    yield Entry(stage_id, day, *keys, "advanced", day, "advanced", day, *at_once)
        if here.is_open and visit.stage_id not in seen:
            seen.add(visit.stage_id)
            left = left_by(visits[position : position + 2], stages)
            outcome = became(visits[position:], stages)
            horizons = (
                became(known_by(visits[position:], visit.entered_on + days * DAY), stages)[0]
                for days in (30, 60, 90)
            )
            yield Entry(visit.stage_id, visit.entered_on, *keys, *left, *outcome, *horizons)


def known_by(visits: Sequence[Visit], day: dt.date) -> list[Visit]:
    """The visits as known at the end of a day: later ones are not there, and none ends later."""
    return [
        visit
        if visit.exited_on is None or visit.exited_on <= day
        else replace(visit, exited_on=None, is_deleted_after=False)
        for visit in visits
        if visit.entered_on <= day
    ]


def left_by(visits: Sequence[Visit], stages: dict[str, Stage]) -> tuple[str, dt.date | None]:
    """How the first of these visits ended."""
    visit = visits[0]
    here = stages[visit.stage_id]
    if visit.is_deleted_after:
        return "deleted", visit.exited_on
    if len(visits) == 1:
        return "open", None
    there = stages[visits[1].stage_id]
    if there.is_after(here):
        return "advanced", visit.exited_on
    if there.is_lost:
        return "lost", visit.exited_on
    return ("backward" if there.pipeline == here.pipeline else "moved"), visit.exited_on


def became(visits: Sequence[Visit], stages: dict[str, Stage]) -> tuple[str, dt.date | None]:
    """What the deal did for good after it came to the first of these, or where it stands."""
    here = stages[visits[0].stage_id]
    for visit in visits:
        there = stages[visit.stage_id]
        if there.is_after(here):
            return "advanced", visit.entered_on
        if there.is_open and there.pipeline != here.pipeline:
            return "moved", visit.entered_on
        if there.is_open and visit.is_deleted_after:
            return "deleted", visit.exited_on
    last = visits[-1]
    if stages[last.stage_id].is_lost:
        return "lost", last.entered_on
    return ("open", None) if last.stage_id == visits[0].stage_id else ("backward", last.entered_on)


def incidence(times: Iterable[tuple[int, str]]) -> float | None:
    """Aalen and Johansen by hand: day by day, who is there, who leaves how."""
    by_day: dict[int, Counter[str]] = defaultdict(Counter)
    for days, kind in times:
        by_day[days]["watched" if kind in ("open", "moved") else kind] += 1
    there = sum(sum(kinds.values()) for kinds in by_day.values())
    surviving, advanced, has_leavers = 1.0, 0.0, False
    for _, kinds in sorted(by_day.items()):
        leavers = sum(kinds.values()) - kinds["watched"]
        advanced += surviving * kinds["advanced"] / there
        surviving *= (there - leavers) / there
        there -= sum(kinds.values())
        has_leavers = has_leavers or leavers > 0
    return advanced if has_leavers else None


@pytest.fixture(scope="module")
def entries(demo: Build) -> list[Entry]:
    stages = {
        stage_id: Stage(*rest)
        for stage_id, *rest in demo.query(
            "select stage_id, pipeline_id, stage_order, is_won, is_lost from marts.dim_stages"
        )
    }
    found = demo.query(
        "select opportunity_id, stage_id, cast(entered_at as date), cast(exited_at as date),"
        " exit_kind = 'deleted', segment, team_id, rep_id"
        " from marts.fct_stage_visits order by opportunity_id, visit_number"
    )
    lives = itertools.groupby(found, key=lambda row: row[0])
    return [
        entry
        for _, visits in lives
        for entry in entries_of([Visit(*row[1:]) for row in visits], stages)
    ]


def windows(demo: Build, period_types: Sequence[str]) -> list[tuple[str, dt.date, dt.date]]:
    found = demo.query(
        "select distinct period_type, period_start, window_end from marts.stage_conversion"
        " where period_type in (select unnest(?)) order by all",
        [list(period_types)],
    )
    return [(kind, start, end) for kind, start, end in found]


def by_day(entries: Iterable[Entry]) -> dict[dt.date, list[Entry]]:
    days: dict[dt.date, list[Entry]] = defaultdict(list)
    for entry in entries:
        days[entry.entered_on].append(entry)
    return days


def of_days(days: dict[dt.date, list[Entry]], last: dt.date) -> Iterable[Entry]:
    for back in range(90):
        yield from days.get(last - back * DAY, ())


def test_first_entries_are_those_of_the_visits(demo: Build, entries: list[Entry]) -> None:
    columns = ", ".join(Entry.__dataclass_fields__)
    found = Counter(
        Entry(*row) for row in demo.query(f"select {columns} from intermediate.int_stage_entries")
    )
    expected = Counter(entries)
    assert len(expected) > 10_000
    assert list((expected - found).elements())[:5] == []
    assert list((found - expected).elements())[:5] == []


def test_the_censored_rate_is_the_incidence_of_a_walk_day_by_day(
    demo: Build, entries: list[Entry]
) -> None:
    days = by_day(entries)
    found = {
        tuple(row[:5]): row[5:]
        for row in demo.query(
            "select period_type, period_start, segment, team_id, stage_id,"
            " n, rate, baseline_n, baseline_rate"
            " from marts.stage_conversion where method = 'censored'"
        )
    }
    expected = {}
    for period_type, start, end in windows(demo, ("month", "quarter")):
        groups: list[dict[tuple[str, ...], list[tuple[int, str]]]] = []
        for last in (end, end - 90 * DAY):
            times: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
            for entry in of_days(days, last):
                stay = ((entry.left_on or AS_OF) - entry.entered_on).days
                for scope in ("company", "segment", "team"):
                    segment, team_id, _ = entry.key(scope)
                    times[segment, team_id, entry.stage_id].append((stay, entry.left_kind))
            groups.append(times)
        now, before = groups
        for key, times_now in now.items():
            times_before = before.get(key, [])
            expected[period_type, start, *key] = (
                *(len(times_now), incidence(times_now)),
                *(len(times_before), incidence(times_before)),
            )
    assert len(expected) > 1_000
    assert found.keys() == expected.keys()
    wrong = [
        (key, found[key], row)
        for key, row in expected.items()
        if found[key] != pytest.approx(row, abs=1e-9)
    ]
    assert not wrong[:5]


def test_the_censored_interval_is_as_wide_as_resampled_entries_say(
    demo: Build, entries: list[Entry]
) -> None:
    """Open entries tell something, a curve that ends on a few little: both show in the width."""
    days = by_day(entries)
    draws = np.random.default_rng(11)
    ratios = {}
    for segment, stage_id, low, high in demo.query(
        "select segment, stage_id, ci_low, ci_high from marts.stage_conversion"
        " where method = 'censored' and period_type = 'quarter' and not is_complete"
        " and scope in ('company', 'segment') and rate > 0 and rate < 1"
    ):
        kinds = Counter(
            (
                ((entry.left_on or AS_OF) - entry.entered_on).days,
                "watched" if entry.left_kind in ("open", "moved") else entry.left_kind,
            )
            for entry in of_days(days, AS_OF)
            if entry.stage_id == stage_id and segment in ("all", entry.segment)
        )
        stays = list(kinds)
        shares = np.array([kinds[stay] for stay in stays]) / kinds.total()
        rates = [
            incidence(
                itertools.chain.from_iterable(
                    itertools.repeat(stay, cases)
                    for stay, cases in zip(stays, resample, strict=True)
                )
            )
            for resample in draws.multinomial(kinds.total(), shares, size=300)
        ]
        bounds = np.percentile([rate for rate in rates if rate is not None], [2.5, 97.5])
        ratios[segment, stage_id] = (high - low) / (bounds[1] - bounds[0])
    assert len(ratios) >= 15
    assert not {key: ratio for key, ratio in ratios.items() if not 0.88 < ratio < 1.5}


def test_cohorts_count_what_became_of_first_entries(demo: Build, entries: list[Entry]) -> None:
    days = by_day(entries)
    expected: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for period_type, start, end in windows(demo, ("week", "month", "quarter")):
        if start < dt.date(2025, 6, 1):
            continue
        scopes = list(SCOPES)[:3] if period_type == "week" else list(SCOPES)
        for entry in of_days(days, end):
            for method, horizon in HORIZONS.items():
                outcome = by_then(entry, horizon)
                if outcome is None or outcome in GONE:
                    continue
                for scope in scopes:
                    key = (method, period_type, start, scope, *entry.key(scope), entry.stage_id)
                    expected[key][outcome] += 1
    rows = demo.query(
        "select method, period_type, period_start, scope, segment, team_id, rep_id, stage_id,"
        " n, advanced, lost, backward, open from marts.stage_conversion"
        " where method like 'cohort%' and period_start >= date '2025-06-01'"
    )
    assert len(rows) > 1_000
    assert {tuple(row[:8]): row[8:] for row in rows} == {
        key: (counts.total(), *(counts[k] for k in ("advanced", "lost", "backward", "open")))
        for key, counts in expected.items()
    }


def by_then(entry: Entry, horizon: int | None) -> str | None:
    """What had become of an entry when its horizon ended; none while it has not."""
    if horizon is None:
        return entry.outcome
    last = entry.entered_on + horizon * DAY
    if last > AS_OF:
        return None
    return str(getattr(entry, f"outcome_{horizon}"))


def test_the_censored_rate_is_that_of_lifelines_where_no_times_are_tied(
    build_project: BuildProject, tmp_path: Path
) -> None:
    """Deals that each stand in Discovery for another number of days."""
    from lifelines import AalenJohansenFitter

    as_of = dt.date(2025, 6, 30)
    # One deal a day: an open one has stood there since, the others left after any number of days
    # that no other deal stood there.
    lives: list[tuple[dt.date, int, str]] = []
    free: set[int] = set()
    for days in range(1, 89):
        free.add(days)
        kind = ("Proposal", "Closed Lost", "", "Prospecting", "Proposal", "Closed Lost")[days % 6]
        stay = sorted(free)[days * 7 % len(free)] if kind else days
        free.remove(stay)
        lives.append((as_of - days * DAY, stay, kind))
    assert len({stay for _, stay, _ in lives}) == len(lives)
    write_deals(tmp_path, as_of, lives)
    build = build_project(tmp_path, select="+stage_conversion")
    ((n, rate),) = build.query(
        "select n, rate from marts.stage_conversion where method = 'censored'"
        " and period_type = 'quarter' and stage_id = 'discovery' and scope = 'company'"
        " and window_end = ?",
        [as_of],
    )
    assert n == len(lives)
    codes = {"Proposal": 1, "Closed Lost": 2, "Prospecting": 2, "": 0}
    fitter = AalenJohansenFitter(calculate_variance=False)
    fitter.fit(
        [float(stay) for _, stay, _ in lives],
        [codes[kind] for _, _, kind in lives],
        event_of_interest=1,
    )
    assert 0.05 < rate < 0.95
    assert rate == pytest.approx(float(fitter.cumulative_density_.iloc[-1, 0]), abs=1e-6)


def write_deals(folder: Path, as_of: dt.date, lives: Sequence[tuple[dt.date, int, str]]) -> None:
    """A CSV export of deals that enter Discovery on their first day and leave as told."""
    raw = folder / "csv_export"
    raw.mkdir()
    (folder / "as_of.csv").write_text(f"as_of_date\n{as_of}\n")
    with (raw / "opportunities.csv").open("w", newline="") as deals_file:
        deals = csv.writer(deals_file)
        deals.writerow(
            [
                *("id", "name", "owner", "stage", "amount"),
                "created_date",
                "close_date",
                "last_modified",
            ]
        )
        for number, (entered, stay, kind) in enumerate(lives):
            left = entered + stay * DAY if kind else entered
            stage = kind or "Discovery"
            deals.writerow(
                [f"D{number}", f"Deal {number}", "eva", stage, 1000, entered, as_of, left]
            )
    with (raw / "stage_changes.csv").open("w", newline="") as changes_file:
        changes = csv.writer(changes_file)
        changes.writerow(["opportunity_id", "changed_at", "stage"])
        for number, (entered, stay, kind) in enumerate(lives):
            changes.writerow([f"D{number}", entered, "Discovery"])
            if kind:
                changes.writerow([f"D{number}", entered + stay * DAY, kind])
