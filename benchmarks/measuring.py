"""What a step of work cost: seconds, processor seconds and peak memory of this process.

Run as a program it does one kind of work in a process of its own and writes the costs as JSON:

    python benchmarks/measuring.py project|floor|reading WORK_FOLDER COSTS_FILE

The environment names the raw folder (SALES_METRICS_RAW). Linux alone tells a process its peak.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

REPO = Path(__file__).resolve().parents[1]
FLOOR = REPO / "benchmarks" / "floor"


@dataclass(frozen=True)
class Cost:
    """One step. Other work on the machine stretches `seconds`, `processor_seconds` hardly."""

    step: str
    seconds: float
    processor_seconds: float
    peak_gigabytes: float


class Meter:
    """Started at the beginning of a step, read at its end."""

    def __init__(self) -> None:
        # 5 makes the kernel forget the highest memory so far.
        Path("/proc/self/clear_refs").write_text("5")
        self._wall = time.perf_counter()
        self._processor = _processor_seconds()

    def read(self, step: str) -> Cost:
        return Cost(
            step=step,
            seconds=time.perf_counter() - self._wall,
            processor_seconds=_processor_seconds() - self._processor,
            peak_gigabytes=_peak_gigabytes(),
        )


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _peak_gigabytes() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found.group(1)) / 2**20


def measure_project(work: Path) -> list[Cost]:
    """Seeds and models without tests, one after the other, so that each has the machine alone."""
    from dbt.cli.main import dbtRunner

    costs: list[Cost] = []
    meters: list[Meter] = []

    def follow(event: Any) -> None:
        if event.info.name == "NodeStart":
            meters.append(Meter())
        if event.info.name == "NodeFinished":
            costs.append(meters.pop().read(event.data.node_info.node_name))

    outcome = dbtRunner(callbacks=[follow]).invoke(
        [
            *["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
            *["--threads", "1", "--project-dir", str(REPO)],
            *["--profiles-dir", str(REPO / "profiles"), "--quiet"],
            *["--target-path", str(work / "target"), "--log-path", str(work / "logs")],
        ]
    )
    if not outcome.success:
        raise SystemExit("The project did not build; dbt says why above.")
    return costs


def measure_floor(work: Path) -> list[Cost]:
    """Each script of benchmarks/floor in a new database, in the order of their names."""
    costs = []
    with _database(work / "floor.duckdb") as connection:
        for script in sorted(FLOOR.glob("*.sql")):
            meter = Meter()
            connection.execute(script.read_text(encoding="utf-8"))
            connection.execute("checkpoint")
            costs.append(meter.read(script.stem))
    return costs


def measure_reading(work: Path) -> list[Cost]:
    """Every column of every raw table, read once and forgotten."""
    costs = []
    with _database(work / "reading.duckdb") as connection:
        tables = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'raw' order by 1"
        ).fetchall()
        for (table,) in tables:
            meter = Meter()
            # The hash is what forces the value of each column to be decoded.
            connection.execute(f"select bit_xor(hash(columns(*))) from raw.{table}").fetchall()
            costs.append(meter.read(table))
    return costs


@contextlib.contextmanager
def _database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database with a view for each raw file (schema raw) and each seed (schema seeds)."""
    path.unlink(missing_ok=True)
    connection = duckdb.connect(str(path))
    try:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        raw = Path(os.environ["SALES_METRICS_RAW"])
        folders = {"raw": raw.glob("*/*"), "seeds": (REPO / "seeds").glob("*/*.csv")}
        for schema, files in folders.items():
            connection.execute(f"create schema {schema}")
            for file in files:
                connection.execute(f"create view {schema}.{file.stem} as from '{file}'")
        # A variable, because a subquery hides from the optimizer how many rows are left.
        connection.execute(
            f"set variable as_of_date = (select as_of_date from '{raw / 'as_of.csv'}')"
        )
        yield connection
    finally:
        connection.close()


WORKS = {"project": measure_project, "floor": measure_floor, "reading": measure_reading}

if __name__ == "__main__":
    kind, work_folder, costs_file = sys.argv[1:]
    found = WORKS[kind](Path(work_folder))
    Path(costs_file).write_text(json.dumps([asdict(cost) for cost in found]))
