"""How old the newest row of each source is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    tables: Iterable[RawTable], landed: Mapping[str, Mapping[str, Any]], as_of: dt.date
) -> list[Freshness]:
    """Of each source that tells how fresh it must be (`fresh_days` in its contract)."""
    newest: dict[str, dt.date] = {}
    limits: dict[str, Mapping[str, int]] = {}
    for table in tables:
        stamp = landed.get(table.full_name, {}).get("newest")
        if stamp and table.fresh_days:
            day = dt.date.fromisoformat(stamp[:10])
            newest[table.source] = max(day, newest.get(table.source, day))
            limits[table.source] = table.fresh_days
    return [
        Freshness(source, day, (as_of - day).days, _severity((as_of - day).days, limits[source]))
        for source, day in sorted(newest.items())
    ]


def _severity(days: int, limits: Mapping[str, int]) -> str:
    if days > limits.get("error", days):
        return "error"
    return "warn" if days > limits.get("warn", days) else "ok"
