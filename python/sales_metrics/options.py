"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.project import database_here, project_here

BUCKET = re.compile(r"^[a-z][a-z0-9]+:/")


def _published(_context: object, _option: object, path: Path) -> Path:
    """A link that leads nowhere is a disk that is not there: nothing is made in its place."""
    if path.is_symlink() and not path.exists():
        raise SalesMetricsError(f"{path} is a link that leads nowhere: is its disk mounted?")
    return path


def file_in_a_folder(_context: object, _option: object, path: Path | None) -> Path | None:
    """Told before the work, not after it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise SalesMetricsError(f"There is no folder {path.parent}: make it first.")
    return path


published_option = click.option(
    "--published",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SALES_METRICS_PUBLISHED",
    default=Path("published"),
    show_default=True,
    callback=_published,
    help="Folder of the published builds; $SALES_METRICS_PUBLISHED if set.",
)
keep_option = click.option(
    "--keep",
    type=click.IntRange(min=2),
    default=7,
    show_default=True,
    help="How many builds to keep, the served one included.",
)
wait_option = click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0),
    default=0,
    help="Seconds to wait for another run to end before giving up with exit code 3.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")
project_option = click.option(
    "--project-dir",
    "project",
    type=click.Path(file_okay=False, path_type=Path),
    default=project_here,
    help="The dbt project; by default that of this folder, else the one this program belongs to.",
)
profiles_option = click.option(
    "--profiles-dir",
    "profiles",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of profiles.yml; by default `profiles` in the dbt project, or the project.",
)
raw_option = click.option(
    "--raw",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_RAW",
    default=None,
    help="The raw folder; $SALES_METRICS_RAW if set, else what the project's var raw_folder says.",
)
database_option = click.option(
    "--database",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_DUCKDB",
    default=database_here,
    show_default="sales_metrics.duckdb, or metrics.duckdb where init wrote the project",
    help="The built database; $SALES_METRICS_DUCKDB if set.",
)
