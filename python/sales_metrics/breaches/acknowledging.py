"""Says in the planning table what somebody did about an incident."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.kept_files import check_only_file, held, replace_whole
from sales_metrics.project import check_raw_folder
from sales_metrics.publishing.writing import connected

COLUMNS = ("breach_id", "taken_at", "taken_by", "act")
ACKNOWLEDGED, SNOOZED = "acknowledged", "snoozed until {}"


def acknowledge(
    database: Path,
    raw: Path,
    incident: str,
    by: str,
    act: str,
    now: dt.datetime,
    wait_seconds: float = 0,
) -> Path:
    """Adds one row to planning/interventions.csv of the raw folder; returns the file."""
    _check_known(database, incident)
    if not by.strip():
        raise SalesMetricsError("Somebody must have done it: --by names nobody.")
    if not act.strip():
        raise SalesMetricsError("What was done must be said: --act is empty.")
    check_raw_folder(raw)
    path = raw / "planning" / "interventions.csv"
    row = (incident, now.strftime("%Y-%m-%dT%H:%M:%SZ"), by.strip(), act.strip())
    with held(raw, alone=True, wait_seconds=wait_seconds), about(path):
        check_only_file(path)
        path.parent.mkdir(exist_ok=True)
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        header = next(csv.reader(io.StringIO(before)), None)
        if header is None:
            before, header = ",".join(COLUMNS) + "\n", list(COLUMNS)
        if sorted(header) != sorted(COLUMNS):
            raise SalesMetricsError(
                f"{path} has the columns {', '.join(header)}: it must have {', '.join(COLUMNS)}"
                " to be added to."
            )
        told = dict(zip(COLUMNS, row, strict=True))
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([told[name] for name in header])
        end = "" if before.endswith("\n") else "\n"
        replace_whole(path, before + end + line.getvalue())
    return path


def _check_known(database: Path, incident: str) -> None:
    with about(database), connected(database) as connection:
        known = connection.execute(
            "select 1 from marts.kpi_breaches where breach_id = ?", [incident]
        ).fetchall()
        if known:
            return
        still = connection.execute(
            "select breach_id from marts.kpi_breaches where closed_on is null order by all"
        ).fetchall()
    named = ", ".join(one for (one,) in still) or "none"
    raise SalesMetricsError(f"This build knows no incident or breach {incident}; open: {named}.")
