"""`sales-metrics diff`: which numbers differ between two builds, and why."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publishing_harness import build_info, call, write_work
from sales_metrics.build_diff.comparing import (
    CODE,
    CODE_OR_FACTS,
    NEW_FACTS,
    RESTATED,
    ROLLED_OUT,
    compare_builds,
    past_reason,
)
from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.reconciling import write_drift
from sales_metrics.publishing.store import Store
from sales_metrics.publishing.writing import Publication, publish

Value = tuple[str, str, str, str, float | None]
# metric, period type, first day, last day, value; of a company as of the last day of June.
BEFORE: list[Value] = [
    ("won", "month", "2025-05-01", "2025-05-31", 10.0),
    ("won", "month", "2025-06-01", "2025-07-01", 4.0),
    ("won", "day", "2025-06-16", "2025-06-16", 1.0),
    ("won", "day", "2025-06-30", "2025-06-30", 2.0),
    ("cohort", "month", "2025-05-01", "2025-05-31", 0.2),
    ("same", "month", "2025-05-01", "2025-05-31", 0.3),
]
AFTER: list[Value] = [
    ("won", "month", "2025-05-01", "2025-05-31", 12.0),
    ("won", "month", "2025-06-01", "2025-07-01", 7.0),
    ("won", "day", "2025-06-30", "2025-06-30", 2.0),
    ("won", "day", "2025-07-01", "2025-07-01", 3.0),
    ("cohort", "month", "2025-05-01", "2025-05-31", 0.4),
    ("same", "month", "2025-05-01", "2025-05-31", 0.1 + 0.2),
]


def published(store: Store, values: list[Value], **about: Any) -> str:
    store.builds.mkdir(parents=True, exist_ok=True)
    as_of = dt.date.fromisoformat(about["as_of_date"])
    work = write_work(store.folder / "work.duckdb", 1, rows=3, as_of=about["as_of_date"])
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.dim_metrics as"
            " select * from (values ('won', false), ('cohort', true), ('same', false))"
            " as listed (metric_id, matures)"
        )
        connection.execute(
            "create table marts.metric_values (metric_id varchar, period_type varchar,"
            " period_start date, period_end date, scope varchar, segment varchar, team_id varchar,"
            " rep_id varchar, slice_type varchar, slice_id varchar, numerator double,"
            " denominator double, metric_value double, is_complete boolean)"
        )
        connection.executemany(
            "insert into marts.metric_values values"
            " (?, ?, ?, ?, 'company', 'all', 'all', 'all', 'all', 'all', null, null, ?, ?)",
            [[*value, dt.date.fromisoformat(value[3]) <= as_of] for value in values],
        )
    return publish(store, work, Publication(build_info(store, **about)), 5).build_id


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "published")


def reasons(store: Store, before: str, after: str) -> dict[tuple[str, str], int]:
    sides = [(store.info(one), store.database(one)) for one in (before, after)]
    found = compare_builds(sides[0], sides[1])
    return {(one.metric_id, one.reason): one.rows for one in found.changed}


def test_every_change_has_its_reason(store: Store) -> None:
    before = published(store, BEFORE, as_of_date="2025-06-30", raw_fingerprint="r1")
    after = published(store, AFTER, as_of_date="2025-07-01", raw_fingerprint="r2")
    assert reasons(store, before, after) == {
        # June was not over, and the first of July is new.
        ("won", NEW_FACTS): 2,
        # May was over.
        ("won", RESTATED): 1,
        ("won", ROLLED_OUT): 1,
        ("cohort", NEW_FACTS): 1,
    }
    done = call("diff", "--published", store.folder, "--metric", "won", "--json")
    said = json.loads(done.stdout)
    assert (said["before"]["build_id"], said["after"]["build_id"]) == (before, after)
    assert {one["metric_id"] for one in said["changed"]} == {"won"}
    (restated,) = (one for one in said["changed"] if one["reason"] == RESTATED)
    assert restated["largest"] == {
        "period_type": "month",
        "period_start": "2025-05-01",
        **dict.fromkeys(["segment", "team_id", "rep_id", "slice_type", "slice_id"], "all"),
        "before": 10.0,
        "after": 12.0,
    }
    shown = call("diff", before, after, "--published", store.folder).stdout
    assert "won, company: 1 rows; most: month 2025-05-01 10 -> 12" in shown


def test_a_misspelt_metric_is_not_one_that_did_not_change(store: Store) -> None:
    for day, values in (("2025-06-30", BEFORE), ("2025-07-01", AFTER)):
        published(store, values, as_of_date=day)
    done = call("diff", "--published", store.folder, "--metric", "wonn")
    assert done.returncode == 2
    assert "Neither build has the metric wonn; did you mean won?" in done.stderr
    done = call("diff", "--published", store.folder, "--scope", "compny")
    assert done.returncode == 2
    assert "Neither build has the scope compny; did you mean company?" in done.stderr


def test_raw_files_nobody_looked_at_are_not_said_to_differ(store: Store) -> None:
    for _ in range(2):
        published(store, BEFORE, as_of_date="2025-06-30", raw_fingerprint="unknown")
    assert "raw files: not known" in call("diff", "--published", store.folder).stdout


def test_other_code_is_told_from_other_facts(store: Store) -> None:
    about = {"as_of_date": "2025-06-30", "raw_fingerprint": "r1"}
    before = published(store, BEFORE, **about, code_hash="c1")
    after = published(store, AFTER, **about, code_hash="c2")
    assert reasons(store, before, after)["won", CODE] == 1
    assert reasons(store, before, before) == {}
    assert past_reason(same_code=False, same_raw=False) == CODE_OR_FACTS


@pytest.mark.parametrize(
    ("older", "spoilt", "told"),
    [
        (True, "metric_values drop column slice_type", "no column slice_type in metric_values"),
        (False, "dim_metrics drop column matures", "no column matures in dim_metrics"),
        (False, "dim_metrics rename to other", "no table dim_metrics"),
    ],
)
def test_builds_of_versions_far_apart(store: Store, older: bool, spoilt: str, told: str) -> None:
    """Told of the build that lacks it; and the next run is not refused for it."""
    ids = [
        published(store, values, as_of_date="2025-06-30", code_hash=name)
        for values, name in ((BEFORE, "c1"), (AFTER, "c2"))
    ]
    which = ids[0] if older else ids[1]
    with duckdb.connect(str(store.database(which))) as connection:
        connection.execute(f"alter table marts.{spoilt}")
    with pytest.raises(SalesMetricsError, match=f"build {which} has {told} to compare"):
        reasons(store, *ids)


def test_a_run_after_a_version_of_other_columns_has_nothing_to_compare(
    store: Store, tmp_path: Path
) -> None:
    ids = [published(store, BEFORE, as_of_date="2025-06-30") for _ in range(2)]
    with duckdb.connect(str(store.database(ids[0]))) as connection:
        connection.execute("alter table marts.metric_values rename metric_value to value")
    comparison = tmp_path / "comparison.duckdb"
    write_drift(comparison, store.database(ids[1]), store.database(ids[0]))
    with duckdb.connect(str(comparison)) as connection:
        assert connection.execute("select * from profile.drift").fetchall() == []


def test_a_build_that_is_not_kept(store: Store) -> None:
    published(store, BEFORE, as_of_date="2025-06-30")
    done = call("diff", "2001", "--published", store.folder)
    assert (done.returncode, "There is no build 2001 in " in done.stderr) == (2, True)
    done = call("diff", "--published", store.folder)
    assert "No build before the served one is kept" in done.stderr
