"""How old the newest row of each source is."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.contract import RawTable


@dataclass(frozen=True)
class Freshness:
    """The newest stamp of a source, and how many days it lies before the as-of day."""

    source: str
    newest: dt.date
    days_late: int
    severity: str

    def sentence(self) -> str:
        age = "up to date" if self.days_late <= 0 else f"{self.days_late} days before the as-of day"
        return f"the newest row of source {self.source} is of {self.newest}, {age}"


def freshness(
    contract: Iterable[RawTable], landed: Mapping[str, Mapping[str, Any]], as_of: dt.date
) -> list[Freshness]:
    """Of each source that tells how fresh it must be (`fresh_days` in its contract)."""
    newest: dict[str, dt.date] = {}
    limits: dict[str, Mapping[str, int]] = {}
    for table in contract:
        stamp = landed.get(f"{table.source}.{table.name}", {}).get("newest")
        if stamp and table.fresh_days:
            day = dt.date.fromisoformat(stamp[:10])
            newest[table.source] = max(day, newest.get(table.source, day))
            limits[table.source] = table.fresh_days
    return [
        Freshness(source, day, (as_of - day).days, _severity((as_of - day).days, limits[source]))
        for source, day in sorted(newest.items())
    ]


def as_of_day(raw: Path, variables: Mapping[str, Any], today: dt.date) -> dt.date:
    """As the macro as_of_day() finds it; what is no day is for dbt to refuse."""
    given, _ = stated_as_of(raw, variables)
    try:
        return dt.date.fromisoformat(given) if given else today
    except ValueError:
        return today


def stated_as_of(raw: Path, variables: Mapping[str, Any]) -> tuple[str, str]:
    """What is written where the macro as_of_day() looks, and where; both empty: nothing is."""
    file = raw / "as_of.csv"
    if given := str(variables.get("as_of_date") or "").strip():
        return given, "The var as_of_date"
    if given := os.environ.get("SALES_METRICS_AS_OF_DATE", "").strip():
        return given, "The environment variable SALES_METRICS_AS_OF_DATE"
    if file.is_file():
        with file.open(encoding="utf-8", errors="replace") as lines:
            rows = [row for row in csv.reader(lines) if row]
        # A file with nothing below its header says nothing, which is no day.
        if given := rows[1][0].strip() if len(rows) > 1 else "nothing":
            return given, str(file)
    return "", ""


def _severity(days: int, limits: Mapping[str, int]) -> str:
    if days > limits.get("error", days):
        return "error"
    return "warn" if days > limits.get("warn", days) else "ok"
