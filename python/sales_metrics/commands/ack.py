"""`sales-metrics ack`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.options import BUCKET, published_option, raw_option, wait_option
from sales_metrics.project import (
    check_kept_in_folder,
    database_here,
    project_here,
    raw_folder_of,
)


def _day(_context: object, _option: object, text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise click.BadParameter(f"'{text}' is no day: it takes a day such as 2025-12-31") from None


@click.command(short_help="Say what was done about an incident.")
@click.argument("incident")
@click.option("--by", required=True, help="Who did it.")
@click.option("--act", default=None, help="What was done; it then escalates no further.")
@click.option(
    "--snooze-until",
    metavar="DAY",
    callback=_day,
    default=None,
    help="It is put off until that day, such as 2025-12-31, and does not escalate before.",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    envvar="SALES_METRICS_DUCKDB",
    default=None,
    help="The build that knows the incident; $SALES_METRICS_DUCKDB if set, else the served build,"
    " else what `dbt build` made in this folder.",
)
@published_option
@raw_option
@wait_option
def ack(
    incident: str,
    by: str,
    act: str | None,
    snooze_until: dt.date | None,
    database: Path | None,
    published: Path,
    raw: Path | None,
    wait_seconds: float,
) -> None:
    """Write to planning/interventions.csv of the raw folder what was done about an incident.

    Without --act and --snooze-until: that it is seen. The next build as of today or later knows.
    """
    from sales_metrics.breaches.acknowledging import ACKNOWLEDGED, SNOOZED, acknowledge
    from sales_metrics.publishing.store import Store
    from sales_metrics.publishing.writing import as_of_date

    if act is not None and snooze_until is not None:
        raise SalesMetricsError("Either it was acted upon or it is put off: not both.")
    if raw and BUCKET.match(str(raw)):
        raise SalesMetricsError(f"{raw} is no folder of this machine: only one can be written to.")
    project = project_here()
    check_kept_in_folder(project, "planning", "planning/interventions.csv", "what was done")
    if database is None:
        store = Store(published)
        served = store.served_id()
        database = store.database(served) if served else database_here()
    told = SNOOZED.format(snooze_until) if snooze_until else act
    now = dt.datetime.now(dt.UTC)
    if snooze_until is not None and snooze_until < now.date():
        raise SalesMetricsError(f"{snooze_until} is over: --snooze-until takes a day to come.")
    path = acknowledge(
        database.resolve(),
        (raw or raw_folder_of(project)).resolve(),
        incident,
        by,
        ACKNOWLEDGED if told is None else told,
        now,
        wait_seconds,
    )
    click.echo(f"{incident}: {told or ACKNOWLEDGED}, by {by}, in {path}.")
    if as_of_date(database) < str(now.date()):
        click.echo(f"Builds as of {now.date()} or later know it.")
