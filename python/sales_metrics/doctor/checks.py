"""What an installation, a raw folder and a published folder lack, one sentence each."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.contract import RawTable, project_vars, read_contract
from sales_metrics.dbt_runs.dbt import CACHE
from sales_metrics.dbt_runs.reading import Reading, Refusal, ask_reading
from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.freshness import stated_as_of
from sales_metrics.expectations.landing import Landing, check_raw_folder, write_landing
from sales_metrics.publishing.store import Store

OLDEST_PYTHON = (3, 11)
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "duckdb-engine", "sqlalchemy")
CRMS = ("salesforce", "csv_export")
FREE_BYTES = 500_000_000
# Python would also read 20250630 and 2025-W27-1.
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$", re.ASCII)


@dataclass(frozen=True)
class Check:
    """`ok`, `warn` (it works without), `error` (it does not) or `setting`: an error to be mended in
    the configuration."""

    status: str
    sentence: str

    @property
    def is_error(self) -> bool:
        return self.status in ("error", "setting")


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


def check_raw(project: Path, raw: Path, kept: Path) -> Iterator[Check]:
    """What dbt would say of the raw folder, and what it would say next once that is mended.

    `kept`: where `run` may have kept what dbt has parsed.
    """
    contract = read_contract(project)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            check_raw_folder(raw)
            if (kept / CACHE).is_file() and os.access(kept / CACHE, os.R_OK):
                (work / "cache").mkdir()
                shutil.copy(kept / CACHE, work / "cache")
            reading = ask_reading(
                project=project,
                profiles=project / "profiles",
                target=None,
                work=work,
                cache=work / "cache",
                raw=raw.resolve(),
            )
            if isinstance(reading, Refusal) and reading.is_configuration:
                yield from (Check("setting", sentence) for sentence in reading.sentences)
                return
            landing = write_landing(
                raw,
                work / "landing.duckdb",
                contract,
                project_vars(project).get("raw_columns") or {},
                reading if isinstance(reading, Reading) else None,
            )
        except SalesMetricsError as error:
            yield Check("error", str(error))
            return
    yield from (Check("error", sentence) for sentence in landing.unreadable)
    if isinstance(reading, Reading):
        yield from _check_reading(reading, raw, project)
    else:
        yield from _check_refused(reading, landing, contract, raw, project)
    yield from (Check("warn", one.sentence) for one in reading.unread)


def _check_reading(reading: Reading, raw: Path, project: Path) -> Iterator[Check]:
    yield from _check_as_of(raw, project_vars(project))
    for (source, table), read in reading.tables.items():
        yield Check("ok", f"{source}.{table}, {len(read.columns)} columns")
    yield from (Check("warn", sentence) for sentence in reading.doubled)


def _check_refused(
    refusal: Refusal, landing: Landing, contract: list[RawTable], raw: Path, project: Path
) -> Iterator[Check]:
    """All that is missing at once, where dbt stops at the first."""
    variables = project_vars(project)
    found = [*_check_as_of(raw, variables)]
    used = {source for source, _ in landing.tables}
    if not used & set(CRMS):
        found.append(
            Check(
                "error",
                f"No table of a CRM lies in {raw}: put its files into {raw}/salesforce or"
                f" {raw}/csv_export.",
            )
        )
    waived = variables.get("waived_columns") or {}
    for table in contract:
        if table.source in used:
            found += _check_table(table, landing.tables.get((table.source, table.name)), waived)
    yield from found
    if not landing.unreadable and not any(check.is_error for check in found):
        yield from (Check("error", sentence) for sentence in refusal.sentences)


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
