"""`sales-metrics run`."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.options import (
    BUCKET,
    json_option,
    keep_option,
    profiles_option,
    project_option,
    published_option,
    raw_option,
    wait_option,
)
from sales_metrics.project import profiles_of, raw_folder_of


@click.command(short_help="Check, build, check, publish, report: the scheduled job.")
@raw_option
@published_option
@keep_option
@wait_option
@click.option("--target", help="Target of profiles.yml; it must build a DuckDB file.")
@project_option
@profiles_option
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="TABLE[.COLUMN]",
    help="Publish although this table or column lacks what the last load had, or, by"
    " marts.metric_values, although past quarters moved; may be repeated.",
)
@click.option(
    "--remember",
    "remembers",
    is_flag=True,
    help="Then keep what the build went by in the raw folder (see `remember`).",
)
@json_option
def run(
    raw: Path | None,
    published: Path,
    keep: int,
    wait_seconds: float,
    target: str | None,
    project: Path,
    profiles: Path | None,
    accepted: tuple[str, ...],
    remembers: bool,
    as_json: bool,
) -> None:
    """Check what landed, build, check what was built, publish, report.

    Readers open serve.duckdb or the folder parquet in the published folder. They see the old build
    until the new one is whole and has passed every check.

    \b
    Exit codes:
      0  published
      1  a check failed; the old build still serves
      2  usage, configuration, disk or permission; the old build still serves
      3  another run holds the lock
    130  stopped by Ctrl-C or SIGTERM; the old build still serves
    """
    # Imported here, so that the other commands start without it.
    from sales_metrics.job.phases import Phases
    from sales_metrics.job.run import Report, Settings
    from sales_metrics.job.run import run as run_job

    if raw and BUCKET.match(str(raw)):
        raise SalesMetricsError(
            f"{raw} is no folder of this machine, and the raw expectations read files: copy them"
            " here, or use `dbt build`, then `sales-metrics publish`."
        )
    settings = Settings(
        project=project.resolve(),
        profiles=(profiles or profiles_of(project)).resolve(),
        target=target,
        raw=(raw or raw_folder_of(project)).resolve(),
        published=published.resolve(),
        keep=keep,
        wait_seconds=wait_seconds,
        accepted=accepted,
        remembers=remembers,
    )
    phases = Phases(quiet=as_json)
    try:
        report = run_job(settings, phases)
    except SalesMetricsError as error:
        if not as_json:
            raise
        report = Report(error.exit_code, None, None, None, errors=[str(error)])
    if not as_json:
        for sentence in report.errors:
            click.echo(f"error: {sentence}", err=True)
    try:
        if as_json:
            click.echo(json.dumps(dataclasses.asdict(report), ensure_ascii=False))
        else:
            for warning in report.warnings:
                click.echo(f"warning: {warning}")
            click.echo(_summary(report.build_id, report.serves, report.as_of_date, report.refused))
    except OSError:
        # What was done does not become undone because nobody can be told; the exit code tells.
        sys.stdout = io.StringIO()
    sys.exit(report.exit_code)


def _summary(
    build_id: str | None, serves: str | None, as_of: str | None, refused: str | None
) -> str:
    if build_id:
        return f"Published {build_id}, as of {as_of}."
    serving = f"{serves}, as of {as_of}, still serves" if serves else "nothing is served yet"
    reasons = f" The reasons lie in {refused}." if refused else ""
    return f"Not published: {serving}.{reasons}"
