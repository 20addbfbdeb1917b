"""What each owner has to do, as the body of a mail: HTML, and Markdown for chat.

For whoever sends mails, as no mail leaves this program. `digests.json` says which file is whose, by
name and role; addresses are the sender's to know.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sales_metrics.pages.formats import metric_name, show, span, spelled
from sales_metrics.pages.reading import Rows

FOLDER, INDEX = "digests", "digests.json"
KEY = "today.incidents"
CELL = "padding:6px 10px 6px 0;border-bottom:1px solid #dde1e7;text-align:left;vertical-align:top"


def write(folder: Path, rows: Mapping[str, Rows], currency: str) -> list[str]:
    """One file an owner and kind in `folder`/digests; returns their names."""
    owners: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in rows[KEY].dicts():
        who = (str(one["owner_role"] or ""), str(one["owner_name"] or ""))
        owners.setdefault(who, []).append(one)
    if not owners:
        return []
    place = folder / FOLDER
    place.mkdir()
    names = _Names(rows)
    index: list[dict[str, Any]] = []
    for (role, name), incidents in owners.items():
        file = _file_name(role, name, {str(one["html"]) for one in index})
        told = [_told(one, names, currency) for one in incidents]
        title = f"{name or _words(role)}: {len(told)} open as of {show(_as_of(rows), 'day')}"
        (place / f"{file}.html").write_text(_html(title, told), encoding="utf-8")
        (place / f"{file}.md").write_text(_markdown(title, told), encoding="utf-8")
        entry = {"owner_role": role, "owner_name": name, "incidents": len(told)}
        index.append({**entry, "html": f"{file}.html", "markdown": f"{file}.md"})
    (place / INDEX).write_text(json.dumps(index, indent=2, ensure_ascii=False), encoding="utf-8")
    return [str(one["html"]) for one in index]


class _Names:
    """What people call a segment, a team, a rep, a stage."""

    def __init__(self, rows: Mapping[str, Rows]) -> None:
        self._known: dict[str, dict[Any, Any]] = {}
        for panel, column in (
            ("segments", "segment"),
            ("teams", "team_id"),
            ("reps", "rep_id"),
            ("stages", "stage_id"),
        ):
            found = rows[f"shared.{panel}"].rows
            self._known[column] = {row[0]: row[1] for row in found}
        periods, metrics = rows["shared.periods"], rows["shared.metrics"]
        self._last_days = {
            (str(one["period_type"]), str(one["period_start"])): one["last_day"]
            for one in periods.dicts()
        }
        self._windows = {str(one["metric_id"]): one["window_id"] for one in metrics.dicts()}

    def of(self, column: str, key: Any) -> str:
        if key == "unassigned":
            return f"No {column.removesuffix('_id')}"
        return str(self._known[column].get(key) or _words(str(key)))

    def span(self, one: Mapping[str, Any]) -> str:
        kind, start = str(one["period_type"]), str(one["value_period_start"])
        last = self._last_days.get((kind, start))
        return span(self._windows.get(str(one["metric_id"])), kind, last)

    def where(self, one: Mapping[str, Any]) -> str:
        parts = [
            self.of(column, one[column])
            for column in ("rep_id", "team_id", "segment")
            if one[column] not in (None, "all")
        ]
        return ", ".join(parts) or "Company"


def _told(one: Mapping[str, Any], names: _Names, currency: str) -> tuple[str, str, str, str]:
    """What, where, how far from what it should be, and what to do until when."""
    unit = one["unit"] or "points"
    what = metric_name(str(one["label"] or _words(one["metric_id"])))
    if one["slice_id"] not in (None, "all"):
        is_stage = one["slice_type"] == "stage"
        what += (
            f", {names.of('stage_id', one['slice_id']) if is_stage else _words(one['slice_id'])}"
        )
    now = show(one["metric_value"], unit, currency)
    if days := names.span(one):
        now += f" ({days})"
    if one["baseline"] is not None:
        now += f", {show(one['baseline'], unit, currency)} before it opened"
    if one["threshold_value"] is not None:
        now += f", line at {show(one['threshold_value'], unit, currency)}"
    if one["amount_at_stake"] is not None:
        now += f"; about {show(one['amount_at_stake'], 'currency', currency)} a quarter at stake"
    until = f" Until {show(one['due_on'], 'day')}." if one["due_on"] else ""
    act = str(one["intervention"] or "no act is named")
    return what, names.where(one), now, f"{act[:1].upper()}{act[1:]}.{until}"


def _html(title: str, told: Sequence[tuple[str, str, str, str]]) -> str:
    head = "".join(
        f'<th scope="col" style="{CELL}">{name}</th>' for name in ("What", "Where", "Now", "To do")
    )
    lines = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{html.escape(text)}</td>' for text in one) + "</tr>\n"
        for one in told
    )
    title = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">\n'
        f"<title>{title}</title>\n"
        '<body style="font-family:sans-serif;font-size:15px;color:#1b2330">\n'
        f'<h1 style="font-size:18px">{title}</h1>\n'
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{lines}</tbody></table>\n</body></html>\n"
    )


def _markdown(title: str, told: Sequence[tuple[str, str, str, str]]) -> str:
    lines = [
        f"- **{_plain(what)}** ({_plain(at)}): {now}. {_plain(act)}" for what, at, now, act in told
    ]
    return f"# {_plain(title)}\n\n" + "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """No sign of a text of the CRM may make a link or a picture."""
    return re.sub(r"([\\`*_\[\]<>#|!])", r"\\\1", re.sub(r"[ \t\r\n]+", " ", text))


def _words(name: str) -> str:
    text = spelled(name)
    return text[:1].upper() + text[1:]


def _file_name(role: str, name: str, taken: set[str]) -> str:
    ascii_only = unicodedata.normalize("NFKD", f"{role} {name}").encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_") or "nobody"
    number, file = 1, base
    while f"{file}.html" in taken:
        number += 1
        file = f"{base}_{number}"
    return file


def _as_of(rows: Mapping[str, Rows]) -> str:
    return str(rows["shared.about"].rows[0][0])
