"""What an installation, a raw folder and a published folder lack, one sentence each."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.contract import RawTable, project_vars, read_contract
from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.landing import write_landing
from sales_metrics.job.freshness import stated_as_of
from sales_metrics.publishing.store import Store

OLDEST_PYTHON = (3, 11)
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "duckdb-engine", "sqlalchemy")
CRMS = ("salesforce", "csv_export")
FREE_BYTES = 500_000_000
# Python would also read 20250630 and 2025-W27-1.
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$", re.ASCII)


@dataclass(frozen=True)
class Check:
    """`ok`, `warn` (it works without) or `error` (it does not)."""

    status: str
    sentence: str


def check_installation(project: Path) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Check("error", f"Python {version} is too old: install 3.11 or newer.")
    else:
        yield Check("ok", f"Python {version}")
    for package in PACKAGES:
        try:
            yield Check("ok", f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            yield Check(
                "error", f"{package} is not installed: pip install -r requirements.txt installs it."
            )
    if not (project / "dbt_project.yml").is_file():
        yield Check("error", f"There is no dbt project in {project}: name it with --project-dir.")
    else:
        yield Check("ok", f"the dbt project {project}")
    if os.environ.get("SALES_METRICS_WEBHOOK_URL", "").strip():
        yield Check("ok", "breaches go to the webhook of SALES_METRICS_WEBHOOK_URL")


def check_raw(project: Path, raw: Path) -> Iterator[Check]:
    contract = read_contract(project)
    variables = project_vars(project)
    with tempfile.TemporaryDirectory() as folder:
        try:
            landing = write_landing(
                raw, Path(folder) / "landing.duckdb", contract, variables.get("raw_columns") or {}
            )
        except SalesMetricsError as error:
            yield Check("error", str(error))
            return
    yield from (Check("error", sentence) for sentence in landing.unreadable)
    yield from _check_as_of(raw, variables)
    used = {source for source, _ in landing.tables}
    if not used & set(CRMS):
        yield Check(
            "error",
            f"No table of a CRM lies in {raw}: put its files into {raw}/salesforce or"
            f" {raw}/csv_export.",
        )
    waived = variables.get("waived_columns") or {}
    for table in contract:
        if table.source in used:
            yield from _check_table(table, landing.tables.get((table.source, table.name)), waived)
    known = {(table.source, table.name) for table in contract}
    for source, name in sorted(set(landing.tables) - known):
        yield Check("warn", f"{source}/{name} is no table of the contract: nothing reads it.")


def check_published(published: Path) -> Iterator[Check]:
    place = published if published.exists() else published.parent
    if not place.exists() or not os.access(place, os.W_OK | os.X_OK):
        yield Check(
            "error",
            f"{place} cannot be written: give the user who runs this write permission, or name"
            " another folder in SALES_METRICS_PUBLISHED.",
        )
        return
    free = os.statvfs(place)
    if free.f_bavail * free.f_frsize < FREE_BYTES:
        yield Check("warn", f"The disk of {place} has under {FREE_BYTES // 1_000_000} MB free.")
    served = Store(published).served()
    if served:
        yield Check("ok", f"{published} serves {served.build_id}, as of {served.as_of_date}")
    else:
        yield Check("warn", f"Nothing is served in {published} yet: `sales-metrics run` publishes.")


def _check_as_of(raw: Path, variables: Mapping[str, Any]) -> Iterator[Check]:
    given, place = stated_as_of(raw, variables)
    if not given:
        yield Check("ok", "nobody names an as-of day: a build is as of the day it starts")
    elif ISO_DAY.match(given) and _is_day(given):
        yield Check("ok", f"as of {given}")
    else:
        yield Check(
            "error",
            f"{place} says '{given}', which is not a day written YYYY-MM-DD (1900 to 2200).",
        )


def _is_day(given: str) -> bool:
    try:
        return 1900 <= dt.date.fromisoformat(given).year <= 2200
    except ValueError:
        return False


def _check_table(
    table: RawTable,
    columns: object,
    waived: dict[str, dict[str, list[str]]],
) -> Iterator[Check]:
    name = f"{table.source}.{table.name}"
    if not isinstance(columns, dict):
        if table.required:
            yield Check("error", f"The required table {name} is missing.")
        return
    without = waived.get(table.source, {}).get(table.name, [])
    missing = [
        column.name
        for column in table.columns
        if column.required and column.name not in columns and column.name not in without
    ]
    if missing:
        yield Check(
            "error",
            f"{name} lacks the required column {', '.join(missing)}: rename it, give its name in"
            " the var raw_columns or do without it by the var waived_columns.",
        )
    else:
        yield Check("ok", f"{name}, {len(columns)} columns")
