"""`sales-metrics ack`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.options import BUCKET, database_option, raw_option
from sales_metrics.project import project_here, raw_folder_of


@click.command(short_help="Say what was done about an incident.")
@click.argument("incident")
@click.option("--by", required=True, help="Who did it.")
@click.option("--act", default=None, help="What was done; it then escalates no further.")
@click.option(
    "--snooze-until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="It is put off until that day and does not escalate before.",
)
@database_option
@raw_option
def ack(
    incident: str,
    by: str,
    act: str | None,
    snooze_until: dt.datetime | None,
    database: Path,
    raw: Path | None,
) -> None:
    """Write to planning/interventions.csv of the raw folder what was done about an incident.

    Without --act and --snooze-until: that it is seen. The next build knows.
    """
    from sales_metrics.breaches.acknowledging import ACKNOWLEDGED, SNOOZED, acknowledge

    if act is not None and snooze_until is not None:
        raise SalesMetricsError("Either it was acted upon or it is put off: not both.")
    if raw and BUCKET.match(str(raw)):
        raise SalesMetricsError(f"{raw} is no folder of this machine: only one can be written to.")
    told = SNOOZED.format(snooze_until.date()) if snooze_until else act
    path = acknowledge(
        database.resolve(),
        (raw or raw_folder_of(project_here())).resolve(),
        incident,
        by,
        ACKNOWLEDGED if told is None else told,
        dt.datetime.now(dt.UTC),
    )
    click.echo(f"{incident}: {told or ACKNOWLEDGED}, by {by}, in {path}.")
