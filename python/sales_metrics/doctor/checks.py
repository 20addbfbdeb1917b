"""What an installation, a raw folder and a published folder lack, one sentence each."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sales_metrics.dbt_runs.dbt import CACHE
from sales_metrics.dbt_runs.reading import Reading, Refusal, ask_reading
from sales_metrics.errors import SalesMetricsError
from sales_metrics.project import check_profile, check_raw_folder, check_settings, profiles_of
from sales_metrics.publishing.store import Store

OLDEST_PYTHON = (3, 11)
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "duckdb-engine", "sqlalchemy")
FREE_BYTES = 500_000_000


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
    """What dbt says of the raw folder: all that it would refuse, and what it would read.

    `kept`: where `run` may have kept what dbt has parsed.
    """
    try:
        check_profile(project, profiles_of(project), None)
        check_settings()
    except SalesMetricsError as error:
        yield Check("setting", str(error))
        return
    check_raw_folder(raw, project)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if (kept / CACHE).is_file() and os.access(kept / CACHE, os.R_OK):
            (work / "cache").mkdir()
            shutil.copy(kept / CACHE, work / "cache")
        told = ask_reading(
            project=project,
            profiles=profiles_of(project),
            target=None,
            work=work,
            cache=work / "cache",
            raw=raw.resolve(),
        )
    yield from judged(told)


def judged(told: Reading | Refusal) -> Iterator[Check]:
    reading = told.reading if isinstance(told, Refusal) else told
    if isinstance(told, Refusal):
        status = "setting" if told.is_configuration else "error"
        yield from (Check(status, sentence) for sentence in told.sentences)
    try:
        reading.check_schema()
    except SalesMetricsError as error:
        yield Check("setting", str(error))
    if reading.as_of and reading.is_stated:
        yield Check("ok", f"as of {reading.as_of}")
    elif reading.as_of:
        yield Check("ok", "nobody names an as-of day: a build is as of the day it starts")
    for table in reading.read:
        yield Check("ok", f"{table.full_name}, {len(table.read)} columns")
    yield from (Check("warn", sentence) for sentence in reading.doubled)
    yield from (Check("warn", one.sentence) for one in reading.unread)


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
