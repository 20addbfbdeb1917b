"""`sales-metrics expectations`: checks the raw folder, then the built marts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from sales_metrics.options import database_option
from sales_metrics.project import PROJECT, check_raw_folder


@click.command()
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_RAW",
    default=Path("data/demo"),
    show_default=True,
    help="The raw folder; $SALES_METRICS_RAW if set.",
)
@database_option
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings as HTML."
)
def expectations(raw: Path, database: Path, page: Path | None) -> None:
    """Check that what landed and what was built is plausible; exit 1 when an error is found."""
    # Imported here, so that the other commands start without it.
    from sales_metrics.dbt_runs.reading import Reading, ask_reading
    from sales_metrics.expectations.audit import Audit
    from sales_metrics.expectations.page import render_page
    from sales_metrics.publishing.writing import connected

    connected(database).close()
    check_raw_folder(raw)
    with tempfile.TemporaryDirectory() as folder:
        reading = ask_reading(
            project=PROJECT,
            profiles=PROJECT / "profiles",
            target=None,
            work=Path(folder),
            cache=Path(folder) / "cache",
            raw=raw.resolve(),
        )
        if not isinstance(reading, Reading):
            raise reading.error()
        audit = Audit.of(PROJECT, reading, Path(folder) / "landing.duckdb")
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
