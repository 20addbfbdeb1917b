"""`python -m sales_metrics.expectations`: checks the raw folder, then the built marts."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.checking import Finding, check
from sales_metrics.expectations.landing import write_landing
from sales_metrics.expectations.suites import columns_of, marts_suite, raw_suite

REPO = Path(__file__).resolve().parents[3]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--raw",
        type=Path,
        default=Path(os.environ.get("SALES_METRICS_RAW", "data/demo")),
        help="the raw folder (default: $SALES_METRICS_RAW, else data/demo)",
    )
    parser.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("SALES_METRICS_DUCKDB", "sales_metrics.duckdb")),
        help="the built database (default: $SALES_METRICS_DUCKDB, else sales_metrics.duckdb)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints a line per expectation; 1 when one of severity error failed."""
    findings = [*check_landing(arguments.raw), *check(arguments.database, marts_suite())]
    for finding in findings:
        print(finding.sentence())
    failed = [finding for finding in findings if not finding.success]
    errors = sum(finding.severity == "error" for finding in failed)
    print(f"{len(findings)} expectations: {errors} errors, {len(failed) - errors} warnings")
    return 1 if errors else 0


def check_landing(raw_folder: Path) -> list[Finding]:
    suite = raw_suite(REPO)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "landing.duckdb"
        write_landing(raw_folder, database, columns_of(suite))
        return check(database, suite)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sales_metrics.expectations", description=__doc__
    )
    add_arguments(parser)
    try:
        return run(parser.parse_args(argv))
    except SalesMetricsError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
