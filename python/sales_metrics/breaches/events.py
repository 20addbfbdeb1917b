"""What is new about breaches since people were last told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.errors import about
from sales_metrics.sql import connect

# In the order of their urgency.
CHANGES = ("escalated", "opened", "closed", "withdrawn")
TABLE = "kpi_breaches"
# Columns of the public table that are told; one that a build lacks is left out.
TOLD = (
    "breach_id",
    "metric_id",
    "rule",
    "period_type",
    "scope",
    "segment",
    "team_id",
    "rep_id",
    "slice_type",
    "slice_id",
    "opened_on",
    "closed_on",
    "escalated_on",
    "periods_in_breach",
    "opening_value",
    "worst_value",
    "threshold",
    "severity",
    "owner_role",
    "intervention",
    "escalate_to",
    "due_on",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened to a breach."""

    change: str
    breach: Mapping[str, Any]


def read_breaches(database: Path) -> list[dict[str, Any]] | None:
    """Every breach of a build as text and numbers; nothing when the build has no such table."""
    with about(database), connect(database, read_only=True) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "select column_name from duckdb_columns()"
                " where schema_name = 'marts' and table_name = ?",
                [TABLE],
            ).fetchall()
        }
        if "breach_id" not in there:
            return None
        columns = [column for column in TOLD if column in there]
        rows = connection.execute(
            f"select {', '.join(columns)} from marts.{TABLE} order by opened_on, breach_id"
        ).fetchall()
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]


def state(breach: Mapping[str, Any]) -> str:
    """closed, escalated or opened."""
    if breach.get("closed_on"):
        return "closed"
    return "escalated" if breach.get("escalated_on") else "opened"


def changes(known: Mapping[str, str], breaches: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Breaches whose state people have not been told.

    One that was over before anybody heard of it is no news.
    """
    events = []
    for breach in breaches:
        now, before = state(breach), known.get(breach["breach_id"])
        if now != before and not (before is None and now == "closed"):
            events.append(Event(now, breach))
    there = {breach["breach_id"] for breach in breaches}
    events += [
        Event("withdrawn", {"breach_id": breach_id})
        for breach_id, before in known.items()
        if breach_id not in there and before not in ("closed", "withdrawn")
    ]
    return sorted(events, key=lambda event: CHANGES.index(event.change))


def render(events: Sequence[Event], as_of: str) -> str:
    """The Markdown report."""
    lines = [f"# Breaches as of {as_of}", ""]
    if not events:
        lines.append("Nothing opened, escalated or closed since the last build.")
    for change in CHANGES:
        meant = [event.breach for event in events if event.change == change]
        if meant:
            lines += [f"## {change.capitalize()} ({len(meant)})", "", *map(_line, meant), ""]
    return "\n".join(lines).rstrip() + "\n"


def _line(breach: Mapping[str, Any]) -> str:
    if "metric_id" not in breach:
        return f"- `{breach['breach_id']}` is no longer in the data."
    keys = ("segment", "team_id", "rep_id", "slice_id")
    where = [str(breach[k]) for k in keys if breach.get(k) not in (None, "all")]
    parts = [
        f"- **{_cell(breach['metric_id'])}** ({_cell(', '.join(where) or 'company')}):"
        f" {_cell(breach.get('rule'))} {_number(breach.get('threshold'))},"
        f" {_number(breach.get('opening_value'))} when it opened on {breach.get('opened_on')}"
    ]
    if breach.get("worst_value") is not None:
        parts.append(f"worst {_number(breach['worst_value'])}")
    if breach.get("closed_on"):
        parts.append(f"closed on {breach['closed_on']}")
    else:
        act = _cell(breach.get("intervention") or "no intervention named")
        due = f" by {breach['due_on']}" if breach.get("due_on") else ""
        parts.append(f"{_cell(breach.get('owner_role') or 'nobody')}{due}: {act}")
        if breach.get("escalated_on"):
            parts.append(f"escalated to {_cell(breach.get('escalate_to'))}")
    return "; ".join(parts)


def _cell(value: object) -> str:
    """Text from the data, which must not become Markdown or a new line."""
    text = " ".join(str(value).split())
    for sign in ("\\", "`", "*", "_", "[", "]", "<", ">", "|"):
        text = text.replace(sign, "\\" + sign)
    return text


def _number(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, (int, float)) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no word for it.
        return None
    return value if value is None or isinstance(value, (int, float, str)) else str(value)
