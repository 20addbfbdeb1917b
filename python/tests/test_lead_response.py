"""Lead response of the demo company, worked again lead by lead.

The curve in exact fractions (and by a library, where that is installed), the business minutes by
walking through the days.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from harness import Build

AS_OF = "2025-09-29"
MINUTE = dt.timedelta(minutes=1)
# (microseconds waited, answered)
Wait = tuple[int, bool]


def quantile(waits: list[Wait], left: Fraction) -> int | None:
    """The first moment at which no more than `left` of the leads still wait."""
    share = Fraction(1)
    for moment in sorted({waited for waited, answered in waits if answered}):
        at_risk = sum(waited >= moment for waited, _ in waits)
        share *= 1 - Fraction(sum(wait == (moment, True) for wait in waits), at_risk)
        if share <= left:
            return moment
    return None


def waits_of(
    leads: Iterable[dict[str, Any]], start: dt.date, end: dt.date, rep: str, kind: str
) -> list[Wait]:
    ends_at = dt.datetime.combine(end + dt.timedelta(days=1), dt.time())
    found = []
    for lead in leads:
        if not start <= lead["created_on"] <= end or rep not in ("all", lead["rep_id"]):
            continue
        if kind == "hot" and not lead["is_hot"]:
            continue
        touch = lead["first_touch_at"]
        answered = touch is not None and touch < ends_at
        waited = (touch if answered else ends_at) - lead["created_at"]
        found.append((waited // dt.timedelta(microseconds=1), answered))
    return found


@pytest.fixture(scope="module")
def cells(demo: Build) -> list[dict[str, Any]]:
    """Weeks that are over: all of one summer for the company, then as many of its reps'."""
    return demo.rows(
        "select * from marts.metric_values"
        " where metric_id in ('lead_response_minutes', 'lead_response_minutes_p95')"
        " and period_type = 'week' and scope in ('company', 'rep') and is_complete"
        " and period_start > date '2025-07-01'"
        " order by scope, period_start desc, metric_id, rep_id, slice_id limit 300"
    )


@pytest.fixture(scope="module")
def leads(demo: Build) -> list[dict[str, Any]]:
    return demo.rows("select * from marts.fct_leads where created_on > date '2025-01-01'")


def test_quantiles_are_those_of_the_curve_in_fractions(
    cells: list[dict[str, Any]], leads: list[dict[str, Any]]
) -> None:
    nulls = 0
    for cell in cells:
        waits = waits_of(
            leads, cell["period_start"], cell["period_end"], cell["rep_id"], cell["slice_id"]
        )
        left = Fraction(1, 20) if cell["metric_id"].endswith("p95") else Fraction(1, 2)
        moment = quantile(waits, left)
        assert cell["n"] == len(waits)
        if moment is None:
            nulls += 1
            assert cell["metric_value"] is None, cell
        else:
            assert cell["metric_value"] == pytest.approx(moment / 60e6, abs=1e-9), cell
    assert 0 < nulls < len(cells)


def test_medians_are_those_of_a_library(
    cells: list[dict[str, Any]], leads: list[dict[str, Any]]
) -> None:
    """The library multiplies doubles, so its half may be 0.5000000000000002, not yet one half."""
    lifelines = pytest.importorskip("lifelines")
    compared = 0
    for cell in cells:
        if cell["metric_id"] != "lead_response_minutes" or cell["scope"] != "company":
            continue
        waits = waits_of(leads, cell["period_start"], cell["period_end"], "all", cell["slice_id"])
        curve = lifelines.KaplanMeierFitter().fit(
            [waited / 60e6 for waited, _ in waits], [answered for _, answered in waits]
        )
        median = lifelines.utils.qth_survival_time(0.5 + 1e-9, curve.survival_function_)
        assert (cell["metric_value"] or math.inf) == pytest.approx(median, rel=1e-6)
        compared += 1
    assert compared > 5


def test_business_minutes_are_those_of_a_walk_through_the_days(
    demo: Build, demo_raw: Path, leads: list[dict[str, Any]]
) -> None:
    """The demo company works Monday to Friday, 08:00 to 18:00 UTC, but not on its holidays."""
    holidays = {
        dt.date.fromisoformat(line.split(",")[0])
        for line in (demo_raw / "planning" / "holidays.csv").read_text().splitlines()[1:]
    }

    def walked(start: dt.datetime, end: dt.datetime) -> float:
        minutes = 0.0
        for offset in range((end.date() - start.date()).days + 1):
            day = start.date() + dt.timedelta(days=offset)
            if day.weekday() < 5 and day not in holidays:
                opens = max(start, dt.datetime.combine(day, dt.time(8)))
                closes = min(end, dt.datetime.combine(day, dt.time(18)))
                minutes += max(0.0, (closes - opens) / MINUTE)
        return minutes

    answered = [lead for lead in leads if lead["first_touch_at"] is not None]
    assert len(answered) > 1_000
    for lead in answered:
        expected = walked(lead["created_at"], lead["first_touch_at"])
        assert lead["response_minutes_business"] == pytest.approx(expected, abs=1e-6), lead
