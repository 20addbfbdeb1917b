"""Small stand-ins for a build: a work file of a few rows, and a dbt project of three models."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from harness import REPO
from sales_metrics.publishing.store import BuildInfo, Store
from sales_metrics.publishing.writing import Publication, publish, timestamp

ROWS = 3_000
# Reads all tables again and again, and says of each kind of reading how often, and what was mixed.
READER = """
import json, os, sys, time
from pathlib import Path
import duckdb
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
counts, mixed, numbers = {"duckdb": 0, "parquet": 0}, [], set()
tables = ("numbers", "doubles", "data_quality")
def judge(found, how):
    counts[how] += 1
    numbers.update(number for number, _ in found)
    if len({number for number, _ in found}) != 1 or any(rows == 0 for _, rows in found):
        mixed.append([how, found])
while not stop.exists():
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        judge([connection.execute(
            f"select max(build_number), count(*) from marts.{table}"
            " having min(build_number) = max(build_number)"
        ).fetchone() or ("mixed rows", 0) for table in tables], "duckdb")
    # A reader of several files takes the folder the link points to, once.
    whole = os.path.realpath(folder / "parquet")
    with duckdb.connect() as connection:
        judge([connection.execute(
            f"select max(build_number), count(*) from read_parquet('{whole}/{table}.parquet')"
        ).fetchone() for table in tables], "parquet")
    time.sleep(0.02)
print(json.dumps({"counts": counts, "mixed": mixed[:3], "numbers": sorted(map(str, numbers))}))
"""
# Publishes without end, until it is killed.
PUBLISHER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:4]
from publishing_harness import publish_number
number = int(sys.argv[4])
while True:
    print("publishing", flush=True)
    number += 1
    publish_number(Path(sys.argv[1]), number)
"""


def write_work(path: Path, number: int, *, rows: int = ROWS, as_of: str = "2025-06-30") -> Path:
    """A work file whose every row carries the number of its build."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.numbers as select {number} as build_number, range as row_id"
            f" from range({rows})"
        )
        connection.execute(
            f"create table marts.doubles as select {number} as build_number,"
            f" random() as number from range({rows})"
        )
        connection.execute(
            "create table marts.data_quality (check_id varchar, table_name varchar,"
            " severity varchar, treatment varchar, rows_checked bigint, rows_failing bigint,"
            " sample_ids varchar, as_of_date date, build_number bigint)"
        )
        connection.execute(
            "insert into marts.data_quality values ('a', 'b', 'info', 'c', 1, 0, null, ?, ?)",
            [as_of, number],
        )
    return path


def publish_number(folder: Path, number: int, keep: int = 3) -> BuildInfo:
    """Publishes a work file in-process, under the lock as every command does."""
    from sales_metrics.publishing.lock import locked
    from sales_metrics.publishing.store import sweep

    store = Store(folder)
    with locked(folder, 10):
        store.builds.mkdir(exist_ok=True)
        sweep(store)
        store.work.mkdir(exist_ok=True)
        work = write_work(store.work / "work.duckdb", number)
        return publish(store, work, Publication(build_info(store)), keep)


def build_info(store: Store, **changes: Any) -> BuildInfo:
    now = timestamp()
    known: dict[str, Any] = {
        "build_id": store.new_id(dt.datetime.now(dt.UTC)),
        "as_of_date": "2025-06-30",
        "started_at": now,
        "finished_at": now,
        "code_hash": "code",
        "git_commit": None,
        "raw_fingerprint": "raw",
    }
    return BuildInfo(**{**known, **changes})


def served_number(folder: Path) -> int:
    """The number of the served build, after checking that it is one whole build."""
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        found = {
            connection.execute(
                f"select min(build_number), max(build_number) from marts.{table}"
            ).fetchall()[0]
            for table in ("numbers", "doubles", "data_quality")
        }
        (rows,) = connection.execute("select count(*) from marts.numbers").fetchall()[0]
    assert len(found) == 1
    assert rows == ROWS
    ((low, high),) = found
    assert low == high
    return int(low)


def start_reader(folder: Path, stop: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", READER, str(folder), str(stop)], stdout=subprocess.PIPE, text=True
    )


def reader_result(reader: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = reader.communicate(timeout=300)
    assert reader.returncode == 0
    return dict(json.loads(out))


def start_publisher(folder: Path, number: int) -> subprocess.Popen[str]:
    """Returns when it has begun to publish the first of its builds."""
    tests = Path(__file__).parent
    arguments = [str(folder), str(REPO / "python"), str(tests), str(number)]
    publisher = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert publisher.stdout is not None
    assert publisher.stdout.readline() == "publishing\n"
    return publisher


def command(
    *arguments: str | Path, env: Mapping[str, str] | None = None
) -> tuple[Sequence[str], dict[str, str]]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SALES_METRICS_")
    }
    return (
        [sys.executable, "-m", "sales_metrics", *map(str, arguments)],
        {**environment, "PYTHONPATH": str(REPO / "python"), **(env or {})},
    )


def call(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 300,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs `sales-metrics`, as a job would, in the folder `cwd`."""
    line, environment = command(*arguments, env=env)
    return subprocess.run(
        line,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        cwd=cwd,
    )


def write_tiny_project(folder: Path) -> Path:
    """A dbt project with the tables of `write_work`, numbered by $TINY_NUMBER; a minus fails."""
    files = {
        "dbt_project.yml": (
            "name: sales_metrics\nversion: 1.0.0\nprofile: tiny\n"
            "models:\n  sales_metrics:\n    +schema: marts\n    +materialized: table\n"
        ),
        "profiles/profiles.yml": (
            "tiny:\n  target: duckdb\n  outputs:\n    duckdb: {type: duckdb, threads: 1,"
            " path: \"{{ env_var('SALES_METRICS_DUCKDB') }}\"}\n"
        ),
        "macros/generate_schema_name.sql": (
            "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}"
        ),
        "models/numbers.sql": (
            "select {{ env_var('TINY_NUMBER') }} as build_number, range as row_id"
            f" from range({ROWS})"
        ),
        "models/doubles.sql": (
            "select build_number, random() as number from {{ ref('numbers') }}"
            f" where row_id < {ROWS}"
        ),
        "models/data_quality.sql": (
            "select 'a' as check_id, 'b' as table_name, 'info' as severity, 'c' as treatment,"
            " 1::bigint as rows_checked, 0::bigint as rows_failing, null::varchar as sample_ids,"
            " date '2025-06-30' as as_of_date, max(build_number) as build_number"
            " from {{ ref('doubles') }}"
        ),
        "tests/no_number_is_negative.sql": (
            "select * from {{ ref('numbers') }} where build_number < 0"
        ),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_tiny_raw(folder: Path) -> Path:
    (folder / "csv_export").mkdir(parents=True)
    (folder / "csv_export" / "opportunities.csv").write_text("id\n1\n", encoding="utf-8")
    return folder
