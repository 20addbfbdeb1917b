"""`sales-metrics glossary`."""

from __future__ import annotations

import sys

import click

from sales_metrics.glossary import glossary as page
from sales_metrics.project import PROJECT


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the page is not fresh.")
def glossary(check: bool) -> None:
    """Write docs/metrics.md from the seeds of the catalog."""
    path, text = PROJECT / "docs" / "metrics.md", page(PROJECT)
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        click.echo("docs/metrics.md is not fresh: run `sales-metrics glossary`.", err=True)
        sys.exit(1)
