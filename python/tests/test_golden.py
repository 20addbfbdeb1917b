"""The golden world: thirteen deals, each with an awkward life, every number worked out by hand.

`golden/README.md` tells the lives and holds the ledger, `expected/` of each world the numbers with
their working in the comment beside each. Only what is compared, and how names map to ids, stands
here. A second, tiny world comes down the CSV export road.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import Build, BuildProject

GOLDEN = Path(__file__).resolve().parent / "golden"
VARS: dict[str, dict[str, Any]] = {
    "salesforce": {"business_timezone": "America/New_York", "fiscal_year_start_month": 1},
    "csv_export": {"business_timezone": "UTC", "fiscal_year_start_month": 1},
}
REPS = {"ana": 1, "ben": 2, "cleo": 3}
# CRM ids by the first letter of the short name: prefix and the suffix that completes 15 characters.
IDS = {"O": ("006", "AAA"), "A": ("001", "AAA"), "T": ("00T", "EAA"), "E": ("00U", "EAA")}
IDS["L"] = ("00Q", "EAA")
METRIC_FILES = (
    *("salesforce/activity_counts", "salesforce/activity_rates", "salesforce/pipeline_created"),
    *("salesforce/closed", "salesforce/quota_attainment", "salesforce/win_rates"),
    *("salesforce/deal_size_and_cycle", "salesforce/loss_reason_share"),
    *("salesforce/stage_conversion_rate", "salesforce/deal_health", "salesforce/lead_response"),
    "salesforce/lead_conversion",
    *("salesforce/open_pipeline", "salesforce/coverage", "salesforce/velocity"),
    "csv_export/metrics",
)
STARTS = {datetime.date(2025, month, 1) for month in range(1, 7)}
PARTS = ("numerator", "denominator", "value", "n")
CELL = (
    *("metric_id", "period_type", "period_start", "scope"),
    *("segment", "team_id", "rep_id", "slice_id"),
)

Cell = tuple[str, ...]


@dataclass(frozen=True)
class World:
    folder: Path
    build: Build

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.build.rows(f"select * from {table}")

    def expected(self, name: str) -> dict[str, Any]:
        text = (self.folder / "expected" / f"{name}.yml").read_text(encoding="utf-8")
        content: dict[str, Any] = yaml.safe_load(text)
        return content


WorldOf = Callable[[str], World]


@pytest.fixture(scope="session")
def world_of(build_project: BuildProject) -> WorldOf:
    """The world of that name; the harness builds each only once."""

    def world(name: str) -> World:
        folder = GOLDEN / name
        return World(folder, build_project(folder / "raw", vars=VARS[name]))

    return world


@pytest.fixture(params=list(VARS))
def world(request: pytest.FixtureRequest, world_of: WorldOf) -> World:
    return world_of(request.param)


def crm_id(short: str | None) -> str | None:
    """`O7` as the CRM writes it; anything that is no short name stays as it is."""
    if short in REPS:
        return f"005{REPS[short]:012d}AAA"
    if short is None or short[0] not in IDS:
        return short
    prefix, suffix = IDS[short[0]]
    return f"{prefix}{int(short[1:]):012d}{suffix}"


def instant(text: str | None) -> datetime.datetime | None:
    return None if text is None else datetime.datetime.fromisoformat(text)


def number(value: object) -> Fraction | None:
    """A number as it is written in the expectations: 7, 3/4, 140 + 13/24."""
    if value is None:
        return None
    return sum((Fraction(part.strip()) for part in str(value).split("+")), Fraction(0))


def same(want: object, got: object) -> bool:
    """Everything exactly, floats within 1e-9, and a decimal to the last place it has."""
    if isinstance(want, Fraction | int) and isinstance(got, float):
        return abs(float(want) - got) <= 1e-9 * max(1.0, abs(float(want)))
    if isinstance(want, Fraction) and isinstance(got, Decimal):
        return abs(want - Fraction(got)) <= Fraction(10) ** int(got.as_tuple().exponent) / 2
    return want == got and (want is None) == (got is None)


def differences(want: Mapping[Any, Any], got: Mapping[Any, Any]) -> list[str]:
    lines = [f"{key}: missing, expected {want[key]}" for key in want if key not in got]
    lines += [f"{key}: not expected, got {got[key]}" for key in got if key not in want]
    for key, wanted in want.items():
        for column, value in wanted.items() if key in got else ():
            if not same(value, got[key][column]):
                lines.append(f"{key} {column}: expected {value}, got {got[key][column]}")
    return lines


def check(want: Mapping[Any, Any], got: Mapping[Any, Any]) -> None:
    assert want, "nothing is expected"
    found = differences(want, got)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)


def numbered(lives: Mapping[str, Iterable[Any]]) -> Iterable[tuple[str, int, Any]]:
    for name, rows in lives.items():
        for position, row in enumerate(rows, start=1):
            yield name, position, row


def by_key(rows: Iterable[dict[str, Any]], *key: str) -> dict[Any, dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        name = tuple(row[column] for column in key) if len(key) > 1 else row[key[0]]
        assert name not in found, f"{name} twice"
        found[name] = row
    return found


FAMILIES = ("activity_metrics", "pipeline_metrics", "outcome_metrics")


def test_family_tables_show_n_as_metric_values_has_it(world: World) -> None:
    keys = ("period_type", "period_start", "segment", "team_id", "rep_id")
    known = {
        (row["metric_id"], *(row[key] for key in keys)): row["n"]
        for row in world.rows("marts.metric_values")
        if row["slice_type"] == "all"
    }
    shown = {
        (column.removesuffix("_n"), *(row[key] for key in keys)): n
        for family in FAMILIES
        for row in world.rows(f"marts.{family}")
        for column, n in row.items()
        if column.endswith("_n") and n is not None
    }
    rated = {metric for metric, *_ in shown}
    assert len(rated) >= 8
    assert shown == {key: n for key, n in known.items() if key[0] in rated}


def test_opportunities(world: World) -> None:
    want = {}
    for name, life in world.expected("opportunities").items():
        ids = {column: crm_id(life[column]) for column in ("rep_id", "account_id")}
        want[crm_id(name)] = {**life, **ids}
    got = world.rows("marts.fct_opportunities")
    check(want, by_key(got, "opportunity_id"))


def test_versions(world: World) -> None:
    columns = ("valid_from", "valid_to", "stage_id", "amount", "close_date", "rep_id", "is_deleted")
    want = {}
    for name, position, row in numbered(world.expected("versions")):
        start, end, stage, amount, close_date, rep, is_deleted, *inferred = row
        values = (instant(start), instant(end), stage, amount, close_date, crm_id(rep), is_deleted)
        want[crm_id(name), position] = {
            **dict(zip(columns, values, strict=True)),
            "is_inferred": inferred == ["inferred"],
        }
    got = world.rows("intermediate.int_opportunity_versions")
    check(want, by_key(got, "opportunity_id", "version_number"))


def test_stage_visits(world: World) -> None:
    columns = (
        *("stage_id", "stage_visit_number", "entered_at", "exited_at", "exit_kind"),
        *("stages_skipped", "days_in_stage", "amount", "rep_id", "team_id", "segment"),
    )
    want = {}
    for name, position, row in numbered(world.expected("stage_visits")):
        values = dict(zip(columns, row, strict=True))
        values["entered_at"] = instant(values["entered_at"])
        values["exited_at"] = instant(values["exited_at"])
        values["days_in_stage"] = number(values["days_in_stage"])
        values["rep_id"] = crm_id(values["rep_id"])
        want[crm_id(name), position] = values
    got = world.rows("marts.fct_stage_visits")
    check(want, by_key(got, "opportunity_id", "visit_number"))


def test_stage_transitions(world: World) -> None:
    """A transition is the edge from one visit to the next; the end of a record is none."""
    want = {}
    for name, visits in world.expected("stage_visits").items():
        for here, there in itertools.pairwise(visits):
            want[crm_id(name), instant(here[3])] = {
                "from_stage_id": here[0],
                "to_stage_id": there[0],
                "exit_kind": here[4],
                "stages_skipped": here[5],
                "days": number(here[6]),
            }
    got = world.rows("marts.fct_stage_transitions")
    check(want, by_key(got, "opportunity_id", "moved_at"))


def test_stage_entries(world_of: WorldOf) -> None:
    """Stages that were jumped over count as reached."""
    world = world_of("salesforce")
    columns = (
        *("entered_on", "left_kind", "days_to_leaving", "outcome", "days_to_outcome"),
        *("rep_id", "team_id", "segment"),
    )
    want = {}
    for name, _, (stage, *row) in numbered(world.expected("stage_entries")):
        values = dict(zip(columns, row, strict=True))
        want[crm_id(name), stage] = {**values, "rep_id": crm_id(values["rep_id"])}
    got = world.rows("intermediate.int_stage_entries")
    check(want, by_key(got, "opportunity_id", "stage_id"))


def test_stage_conversion(world_of: WorldOf) -> None:
    world = world_of("salesforce")
    columns = (
        *("n", "advanced", "lost", "backward", "deleted", "open"),
        *("rate", "maturity", "baseline_rate", "baseline_n"),
    )
    want = {
        (method, stage): dict(zip(columns, map(number, row), strict=True))
        for method, stages in world.expected("stage_conversion").items()
        for stage, row in stages.items()
    }
    got = world.rows(
        "marts.stage_conversion where scope = 'company' and period_type = 'quarter'"
        " and period_start = date '2025-04-01'"
    )
    check(want, by_key(got, "method", "stage_id"))


def test_activities(world: World) -> None:
    columns = (
        *("activity_type", "rep_id", "team_id", "opportunity_id", "account_id", "lead_id"),
        *("booked_at", "occurred_at"),
    )
    want = {}
    for name, row in world.expected("activities").items():
        values = dict(zip(columns, row, strict=True))
        for column in ("rep_id", "opportunity_id", "account_id", "lead_id"):
            values[column] = crm_id(values[column])
        for column in ("booked_at", "occurred_at"):
            values[column] = instant(values[column])
        want[crm_id(name)] = values
    got = world.rows("marts.fct_activities")
    check(want, by_key(got, "activity_id"))


def test_leads(world: World) -> None:
    want = {}
    columns = (
        *("rep_id", "created_at", "created_on", "converted_opportunity_id", "is_hot"),
        *("first_touch_at", "is_answered", "response_minutes", "response_minutes_business"),
    )
    for name, row in world.expected("leads").items():
        values = dict(zip(columns, row, strict=True))
        for column in ("rep_id", "converted_opportunity_id"):
            values[column] = crm_id(values[column])
        for column in ("created_at", "first_touch_at"):
            values[column] = instant(values[column])
        want[crm_id(name)] = values
    got = world.rows("marts.fct_leads")
    check(want, by_key(got, "lead_id"))


def cell(metric: str, period: str, scope: str) -> Cell:
    """`month 2025-02-01 price` and `rep ana` as the key columns of metric_values."""
    period_type, period_start, *slices = period.split()
    kind, *member = scope.split()
    keys = dict.fromkeys(("segment", "team", "rep"), "all")
    if member:
        keys[kind] = str(crm_id(member[0])) if kind == "rep" else member[0]
    return (metric, period_type, period_start, kind, *keys.values(), *(slices or ["all"]))


@pytest.mark.parametrize("name", METRIC_FILES)
def test_metric_values(world_of: WorldOf, name: str) -> None:
    folder, file = name.split("/")
    world = world_of(folder)
    want: dict[Cell, dict[str, Any]] = {}
    metrics = world.expected(file)
    for metric, periods in metrics.items():
        window = periods.pop("window")
        assert window in ("period", "point", "t28", "t90")
        for period, scopes in periods.items():
            for scope, row in scopes.items():
                parts = PARTS if len(row) == len(PARTS) else ("value", "n")
                values = {part: number(value) for part, value in zip(parts, row, strict=True)}
                want[cell(metric, period, scope)] = values
    assert want, "nothing is expected"
    period_types = {place[1] for place in want}
    got: dict[Cell, dict[str, Any]] = {}
    for row in world.build.rows(
        "select * from marts.metric_values where list_contains(?, metric_id)"
        " and scope in ('company', 'segment', 'team', 'rep')",
        [list(metrics)],
    ):
        if row["period_type"] in period_types and row["period_start"] in STARTS:
            place = tuple(str(row[column]) for column in CELL)
            assert place not in got, f"{place} twice"
            got[place] = row
    found = [
        f"{key}: missing, expected {values}"
        for key, values in want.items()
        # A rate of nothing may be a null or no row.
        if key not in got and values["value"]
    ]
    for key, row in got.items():
        found += _cell_differences(key, want.get(key), row)
    assert not found, f"{len(found)} differences:\n" + "\n".join(sorted(found))


def test_rate_intervals(world_of: WorldOf) -> None:
    """Wilson for the company's first quarter, 4 won of 5 decided, z = 1.959964."""
    ((low, high),) = world_of("salesforce").build.query(
        "select ci_low, ci_high from marts.metric_values where metric_id = 'win_rate'"
        " and period_type = 'quarter' and period_start = '2025-01-01' and scope = 'company'"
    )
    # z^2 = 3.841459; 1 + z^2/5 = 1.768292; centre (0.8 + 0.3841459) / 1.768292 = 0.669655;
    # half z * sqrt(0.8 * 0.2 / 5 + z^2 / 100) / 1.768292 = z * 0.265358 / 1.768292 = 0.294120
    assert low == pytest.approx(0.669655 - 0.294120, abs=2e-6)
    assert high == pytest.approx(0.669655 + 0.294120, abs=2e-6)


def _cell_differences(key: Cell, want: dict[str, Any] | None, row: dict[str, Any]) -> list[str]:
    if want is None:
        # A cell nobody wrote down has no event in it; it may show the plan nothing was done for,
        # and a slice the whole it is none of.
        whole_alone = not row["n"] or key[-1] != "all"
        empty = not row["numerator"] and (not row["denominator"] or whole_alone)
        return [] if empty else [f"{key}: not expected, got {_shown(row)}"]
    return [
        f"{key} {part}: expected {value}, got {_shown(row)}"
        for part, value in want.items()
        if not same(value, _part(row, part))
    ]


def _part(row: dict[str, Any], part: str) -> Any:
    return row["metric_value" if part == "value" else part]


def _shown(row: dict[str, Any]) -> str:
    parts = ("numerator", "denominator", "metric_value", "n")
    return ", ".join(f"{part} {row[part]}" for part in parts)
