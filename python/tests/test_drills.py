"""README's recipes, followed to the letter in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from harness import GOLDEN, REPO

# A measure nobody has yet, and a metric of it.
COLUMN = (
    "        1 as opportunities_created_count\n",
    "        1 as opportunities_created_count,\n"
    "        case when amount >= 20000 then 1 else 0 end as created_large_count\n",
)
NAME = (
    "['opportunities_created_count']",
    "['opportunities_created_count', 'created_large_count']",
)
MEASURE = 'created_large_count,opportunities,all,"1 at creation with an amount of 20,000 or more"\n'
METRIC = (
    "created_large_rate,Created large,created with an amount of 20 k or more / created,pipeline,2,"
    "rate,leading,share,up,period,ratio,created_large_count,opportunities_created_count,"
    "period,opportunities_created_count,true,all,company segment team,month quarter,10,false,false"
    "\n"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as it is tracked, with the measure's column and both catalog rows."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *PARTS],
        cwd=REPO,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (REPO / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, tmp_path / name)
    replace(tmp_path / "models/intermediate/events/int_creation_events.sql", *COLUMN)
    for seed, row in (("measures", MEASURE), ("metrics", METRIC)):
        path = tmp_path / "seeds" / "catalog" / f"{seed}.csv"
        path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    return tmp_path


PARTS = ("dbt_project.yml", "models", "seeds", "macros", "tests", "analyses", "profiles", "docs")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new), encoding="utf-8")


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {
        "SALES_METRICS_RAW": str(GOLDEN),
        "SALES_METRICS_DUCKDB": str(folder / "drill.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--profiles-dir", "profiles"]
    return subprocess.run(
        [*command, "--exclude-resource-type", "unit_test"],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_measure_gives_the_value_that_plain_sql_gives(copy: Path) -> None:
    replace(copy / "macros" / "event_measures.sql", *NAME)
    outcome = build(copy)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect(str(copy / "drill.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select period_start, numerator, denominator from marts.metric_values"
            " where metric_id = 'created_large_rate' and scope = 'company'"
            " and period_type = 'month' order by 1"
        ).fetchall()
        expected = connection.execute(
            "select date_trunc('month', valid_from_day)::date,"
            " count(*) filter (amount >= 20000), count(*)"
            " from intermediate.int_opportunity_versions where version_number = 1"
            " group by 1 order by 1"
        ).fetchall()
    assert found == expected
    assert sum(large for _, large, _ in found) not in (0, sum(n for *_, n in found))


def test_a_measure_that_nothing_counts_stops_the_build_by_name(copy: Path) -> None:
    outcome = build(copy)
    assert outcome.returncode
    assert "every_measure_of_the_catalog_is_summed" in outcome.stdout
    with duckdb.connect(str(copy / "drill.duckdb"), read_only=True) as connection:
        built = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
            " union all select view_name from duckdb_views() where schema_name = 'marts'"
        ).fetchall()
    assert ("metric_values",) not in built
