"""`sales-metrics remember`."""

from __future__ import annotations

from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.options import (
    BUCKET,
    database_option,
    published_option,
    raw_option,
    wait_option,
)
from sales_metrics.project import check_kept_in_folder, project_here, raw_folder_of
from sales_metrics.publishing.store import Store
from sales_metrics.remember import FILE, LEDGER, remember


@click.command("remember", short_help="Keep what a build went by, so that no edit restates it.")
@database_option
@published_option
@raw_option
@wait_option
def remember_build(database: Path, published: Path, raw: Path | None, wait_seconds: float) -> None:
    """Write to ledger/known_attributes.csv of the raw folder what a build went by.

    Segments and sizes of accounts, segments and loss reasons of deals: fields of which a CRM may
    keep no history. Later builds then leave the past as it was published.
    """
    if raw and BUCKET.match(str(raw)):
        raise SalesMetricsError(f"{raw} is no folder of this machine: only one can be written to.")
    project = project_here()
    check_kept_in_folder(project, LEDGER, FILE, "what a build went by")
    if not database.exists() and Store(published).served_id():
        raise SalesMetricsError(
            f"There is no database {database}, and the build served in {published} holds public"
            " tables alone: use `sales-metrics run --remember`, or name a database that `dbt"
            " build` made."
        )
    folder = (raw or raw_folder_of(project)).resolve()
    count = remember(database.resolve(), folder, wait_seconds)
    click.echo(f"{count:,} values are remembered from this build.")
