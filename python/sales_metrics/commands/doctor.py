"""`sales-metrics doctor`."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sales_metrics.doctor.checks import Check

from sales_metrics.errors import CHECK_FAILED, USAGE, SalesMetricsError
from sales_metrics.options import json_option, project_option, published_option, raw_option
from sales_metrics.project import raw_folder_of


def _all(checks: Iterator[Check]) -> list[Check]:
    """With what stops one of them as the last."""
    from sales_metrics.doctor.checks import Check

    found: list[Check] = []
    try:
        found += checks
    except SalesMetricsError as error:
        found.append(Check("error", str(error)))
    return found


@click.command(short_help="Say what the installation or the raw folder lacks.")
@raw_option
@published_option
@project_option
@json_option
def doctor(raw: Path | None, published: Path, project: Path, as_json: bool) -> None:
    """Say what the installation, the raw folder and the published folder lack.

    Exit code 0 when `run` can work, 1 when something is missing, 2 when a setting is wrong.
    """
    # Imported here, so that the other commands start without it.
    from sales_metrics.doctor.checks import check_installation, check_published, check_raw

    checks = [*check_installation(project)]
    if (project / "dbt_project.yml").is_file():
        cache = published / ".work" / "cache"
        checks += _all(check_raw(project, raw or raw_folder_of(project), cache))
    checks += _all(check_published(published))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(check) for check in checks]))
    else:
        for check in checks:
            click.echo(f"{'error' if check.is_error else check.status:5}  {check.sentence}")
    if any(check.status == "setting" for check in checks):
        sys.exit(USAGE)
    sys.exit(CHECK_FAILED if any(check.is_error for check in checks) else 0)
