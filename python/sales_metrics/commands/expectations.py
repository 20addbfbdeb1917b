"""`sales-metrics expectations`: checks the raw folder, then the built marts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from sales_metrics.options import (
    database_option,
    file_in_a_folder,
    profiles_option,
    project_option,
    raw_option,
)
from sales_metrics.project import (
    check_project,
    check_raw_folder,
    profiles_of,
    raw_folder_of,
)


@click.command()
@raw_option
@database_option
@project_option
@profiles_option
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=file_in_a_folder,
    help="Write the findings as HTML.",
)
def expectations(
    raw: Path | None,
    database: Path,
    project: Path,
    profiles: Path | None,
    page: Path | None,
) -> None:
    """Check that what landed and what was built is plausible; exit 1 when an error is found."""
    # Imported here, so that the other commands start without it.
    from sales_metrics.dbt_runs.reading import Reading, ask_reading
    from sales_metrics.expectations.audit import Audit
    from sales_metrics.expectations.page import render_page
    from sales_metrics.publishing.writing import connected

    check_project(project)
    connected(database).close()
    project, raw = project.resolve(), (raw or raw_folder_of(project)).resolve()
    check_raw_folder(raw, project)
    with tempfile.TemporaryDirectory() as folder:
        reading = ask_reading(
            project=project,
            profiles=(profiles or profiles_of(project)).resolve(),
            target=None,
            work=Path(folder),
            cache=Path(folder) / "cache",
            raw=raw,
        )
        if not isinstance(reading, Reading):
            raise reading.error()
        audit = Audit.of(project, reading, Path(folder) / "landing.duckdb")
        of_raw, of_marts = audit.raw_findings({}), audit.mart_findings(database, None)
    findings = [*of_raw, *of_marts]
    for finding in findings:
        click.echo(finding.sentence())
    if page:
        groups = [("What landed", of_raw), ("What was built", of_marts)]
        page.write_text(render_page("Expectations", str(raw), groups), encoding="utf-8")
    failed = [finding for finding in findings if not finding.success]
    errors = sum(finding.severity == "error" for finding in failed)
    click.echo(f"{len(findings)} expectations: {errors} errors, {len(failed) - errors} warnings")
    sys.exit(1 if errors else 0)
