"""`sales-metrics expectations`: checks the raw folder, then the built marts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

REPO = Path(__file__).resolve().parents[3]


@click.command()
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_RAW",
    default=Path("data/demo"),
    show_default=True,
    help="The raw folder; $SALES_METRICS_RAW if set.",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_DUCKDB",
    default=Path("sales_metrics.duckdb"),
    show_default=True,
    help="The built database; $SALES_METRICS_DUCKDB if set.",
)
def expectations(raw: Path, database: Path) -> None:
    """Check that what landed and what was built is plausible; exit 1 when an error is found."""
    # Imported here, so that the other commands start without it.
    from sales_metrics.expectations.checking import check
    from sales_metrics.expectations.landing import write_landing
    from sales_metrics.expectations.suites import columns_of, marts_suite, raw_suite

    suite = raw_suite(REPO)
    with tempfile.TemporaryDirectory() as folder:
        landing = Path(folder) / "landing.duckdb"
        write_landing(raw, landing, columns_of(suite))
        findings = [*check(landing, suite), *check(database, marts_suite())]
    for finding in findings:
        click.echo(finding.sentence())
    failed = [finding for finding in findings if not finding.success]
    errors = sum(finding.severity == "error" for finding in failed)
    click.echo(f"{len(findings)} expectations: {errors} errors, {len(failed) - errors} warnings")
    sys.exit(1 if errors else 0)
