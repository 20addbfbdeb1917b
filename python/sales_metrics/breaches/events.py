"""What is new about incidents since people were last told, in sentences.

A build that has no incidents yet tells of its breaches, in the same form.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.errors import about
from sales_metrics.pages.formats import metric_name, show, span, spelled
from sales_metrics.sql import connect

# In the order of their urgency.
CHANGES = ("escalated", "opened", "closed", "withdrawn")
INCIDENTS, BREACHES = "kpi_incidents", "kpi_breaches"
METRICS = "dim_metrics"
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
    "is_lapsed",
    "escalated_on",
    "periods_in_breach",
    "opening_value",
    "worst_value",
    "threshold",
    "severity",
    "owner_role",
    "owner_name",
    "intervention",
    "escalate_to",
    "due_on",
    "acknowledged_on",
    "snoozed_until",
    "acted_on",
    "metric_value",
    "baseline",
    "threshold_value",
    "value_period_end",
    "unit",
    "n",
    "evidence",
    "amount_at_stake",
    "members_count",
    "members",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened to a breach."""

    change: str
    breach: Mapping[str, Any]


def read_breaches(database: Path, currency: str | None = None) -> list[dict[str, Any]] | None:
    """Every incident of a build as text and numbers, its id as `breach_id`, most at stake first.

    Its breaches where it has no incidents; nothing when it has neither. Each says in which
    `currency` its amounts are, and what its metric is called and looks back on.
    """
    with about(database), connect(database, read_only=True) as connection:
        for table, key in ((INCIDENTS, "incident_id"), (BREACHES, "breach_id")):
            there = _columns(connection, table)
            if key in there:
                break
        else:
            return None
        columns = [column for column in TOLD if column in there and column != "breach_id"]
        stake = "amount_at_stake desc nulls last, " if "amount_at_stake" in there else ""
        rows = connection.execute(
            f"select {key}, {', '.join(columns)} from marts.{table}"
            f" order by {stake}opened_on, {key}"
        ).fetchall()
        named: dict[Any, Mapping[str, Any]] = {}
        if {"metric_id", "label", "window_id"} <= _columns(connection, METRICS):
            named = {
                metric: {"label": label, "window_id": window}
                for metric, label, window in connection.execute(
                    f"select metric_id, label, window_id from marts.{METRICS}"
                ).fetchall()
            }
    told = [dict(zip(("breach_id", *columns), map(_plain, row), strict=True)) for row in rows]
    money = {"currency": currency} if currency else {}
    return [{**one, **named.get(one.get("metric_id"), {}), **money} for one in told]


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns()"
            " where schema_name = 'marts' and table_name = ?",
            [table],
        ).fetchall()
    }


def state(breach: Mapping[str, Any]) -> str:
    """closed, escalated or opened."""
    if breach.get("closed_on"):
        return "closed"
    return "escalated" if breach.get("escalated_on") else "opened"


def changes(known: Mapping[str, str], breaches: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Breaches whose state people have not been told.

    One that was over before anybody heard of it is no news, nor that one is open which was told
    as escalated: an act on the day of the escalation takes that back.
    """
    stale = ((None, "closed"), ("escalated", "opened"))
    events = []
    for breach in breaches:
        now, before = state(breach), known.get(breach["breach_id"])
        if now != before and (before, now) not in stale:
            events.append(Event(now, breach))
    there = {breach["breach_id"] for breach in breaches}
    events += [
        Event("withdrawn", {"breach_id": breach_id})
        for breach_id, before in known.items()
        if breach_id not in there and before not in ("closed", "withdrawn")
    ]
    return sorted(events, key=lambda event: CHANGES.index(event.change))


def render(events: Sequence[Event], as_of: str, breaches: Sequence[Mapping[str, Any]] = ()) -> str:
    """The Markdown report: what is new, then what is open, by whom it is due."""
    lines = [f"# Incidents as of {_day(as_of)}", ""]
    if not events:
        lines.append("Nothing opened, escalated or closed since the last build.")
    for change in CHANGES:
        meant = [event.breach for event in events if event.change == change]
        if meant:
            told = [f"- {sentence(one)}" for one in meant]
            lines += [f"## {change.capitalize()} ({len(meant)})", "", *told, ""]
    owners = digests(breaches)
    if owners:
        lines += ["", "## Open, by owner", ""]
    for owner, owned in owners.items():
        lines += [f"### {_cell(owner)} ({len(owned)})", ""]
        lines += [f"- {sentence(one)}" for one in owned]
        lines += [""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def digests(breaches: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """What is open by owner; whoever has most at stake first, as the incidents are."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for breach in breaches:
        if state(breach) != "closed":
            found.setdefault(_owner(breach), []).append(breach)
    return found


def text(events: Sequence[Mapping[str, Any]]) -> str:
    """The changes as chat tools show them, a line each."""
    return "\n".join(
        f"{str(event.get('change', '')).capitalize()}: {sentence(event.get('breach') or {})}"
        for event in events
    )


def sentence(breach: Mapping[str, Any]) -> str:
    """Who has to do what by when, and why we believe it."""
    if "metric_id" not in breach:
        return f"`{breach.get('breach_id')}` is no longer in the data."
    keys = ("segment", "team_id", "rep_id", "slice_id")
    where = [str(breach[k]) for k in keys if breach.get(k) not in (None, "all")]
    name = metric_name(breach["label"]) if breach.get("label") else breach["metric_id"]
    told = f"**{_cell(name)}** ({_cell(', '.join(where) or 'company')})"
    if breach.get("closed_on"):
        ended = "is no longer measured" if breach.get("is_lapsed") else "is well again"
        since = f" since {_day(breach.get('opened_on'))}"
        return f"{told} {ended}: closed on {_day(breach['closed_on'])}, open{since}."
    due = f", by {_day(breach['due_on'])}" if breach.get("due_on") else ""
    act = _cell(breach.get("intervention") or "no intervention named")
    parts = [f"{_cell(_owner(breach))}{due}: {act}. {told}: {_why(breach)}"]
    if breach.get("amount_at_stake"):
        stake, currency = breach["amount_at_stake"], breach.get("currency")
        amount = show(stake, "currency", currency) if currency else _number(stake)
        parts.append(f"about {amount} a quarter are at stake")
    parts.append(f"open since {_day(breach.get('opened_on'))}")
    if breach.get("acted_on"):
        parts.append(f"acted upon on {_day(breach['acted_on'])}")
    elif breach.get("snoozed_until"):
        parts.append(f"put off until {_day(breach['snoozed_until'])}")
    elif breach.get("acknowledged_on"):
        parts.append(f"seen on {_day(breach['acknowledged_on'])}")
    if breach.get("escalated_on"):
        role = spelled(breach.get("escalate_to") or "nobody")
        parts.append(f"escalated to {_cell(role)} on {_day(breach['escalated_on'])}")
    return "; ".join(parts) + "."


def plain(text: str) -> str:
    """A sentence where nobody reads Markdown, as on a terminal."""
    return re.sub(r"\\(.)|\*\*", lambda found: found[1] or "", text)


def _why(breach: Mapping[str, Any]) -> str:
    """Rounded as the pages round, and named by the days it speaks of as they name it."""
    value, unit = breach.get("metric_value"), breach.get("unit")
    if value is not None and unit and breach.get("label"):
        currency = str(breach.get("currency") or "USD")
        window, kind = breach.get("window_id"), breach.get("period_type")
        days = span(window, kind, breach.get("value_period_end"))
        told = show(value, unit, currency) + (f" ({days})" if days else "")
        if breach.get("baseline") is not None:
            told += f", {show(breach['baseline'], unit, currency)} before it opened"
        if breach.get("threshold_value") is not None:
            told += f", the line is {show(breach['threshold_value'], unit, currency)}"
        return _cell(told)
    if breach.get("evidence"):
        return _cell(breach["evidence"])
    return (
        f"{_cell(breach.get('rule'))} {_number(breach.get('threshold'))},"
        f" {_number(breach.get('opening_value'))} when it opened"
    )


def _owner(breach: Mapping[str, Any]) -> str:
    """The person and the role; the role alone where nobody is known to fill it."""
    role = spelled(breach.get("owner_role") or "nobody")
    name = breach.get("owner_name")
    return f"{name} ({role})" if name else role


def _day(value: object) -> str:
    """A day as people write it."""
    try:
        day = dt.date.fromisoformat(str(value))
    except ValueError:
        return _cell(value)
    return f"{day.day} {day:%B %Y}"


def _cell(value: object) -> str:
    """Text from the data, which must not become Markdown or a new line."""
    text = " ".join(str(value).split())
    for sign in ("\\", "`", "*", "_", "[", "]", "<", ">", "|"):
        text = text.replace(sign, "\\" + sign)
    return text


def _number(value: object) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1_000 else f"{value:,.3g}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no word for it.
        return None
    return value if value is None or isinstance(value, (int, float, str)) else str(value)
