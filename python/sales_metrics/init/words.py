"""What a CRM's own words mean here: kinds and states of activities, loss reasons, types of deals.

Words the shipped mappings know need no row. For the others a row is proposed where the word says
it; what no word says is a question, and counts as what the project does with unknown words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.init.proposals import Proposal, Question
from sales_metrics.init.tables import plain
from sales_metrics.project import read_seed, read_yaml
from sales_metrics.sql import over

# A mapping: where its words stand, what a row of it looks like, what an unknown word does.
DIRECTION = {"reply": "inbound"}
SHOWN = 12


def meaning(mapping: str, word: str) -> str | None:
    """What a word means by itself; None where nothing says."""
    said = f" {plain(word)} "
    found: tuple[int, int, str] | None = None
    for value, phrases in _words()[mapping].items():
        for phrase in phrases:
            if f" {phrase} " in said:
                weight = (len(phrase.split()), len(phrase), value)
                found = weight if found is None or weight[:2] > found[:2] else found
    return found[2] if found else None


def proposed(
    deals: duckdb.DuckDBPyRelation,
    activities: duckdb.DuckDBPyRelation,
    source: str,
    mappings: Path,
) -> list[Proposal]:
    """`mappings`: the folder of the shipped seeds."""
    found = [_activities(activities, source, mappings), _statuses(activities, mappings)]
    for mapping, column, title, otherwise in (
        ("loss_reason_map", "loss_reason", "Loss reasons", "it is a loss reason of its own."),
        (
            "opportunity_types",
            "opportunity_type",
            "Types of deals",
            "it is no new logo, expansion or renewal.",
        ),
    ):
        key, value = _columns(mapping)
        # A status reason tells of open and won deals too.
        where = "is_closed and not is_won" if column == "loss_reason" else "true"
        rows = _counted(deals, f"nullif(lower(trim({column})), '')", where)
        found.append(
            _told(
                title,
                mapping,
                rows,
                known={row[key] for row in read_seed(mappings / f"{mapping}.csv", key)},
                row_of=_row_of(key, value),
                otherwise=otherwise,
            )
        )
    return [one for one in found if one.decided or one.questions]


def _row_of(key: str, value: str) -> Callable[[str, str], dict[str, Any]]:
    return lambda word, told: {key: word, value: told}


def _columns(mapping: str) -> tuple[str, str]:
    return {
        "loss_reason_map": ("raw_reason", "loss_reason"),
        "opportunity_types": ("raw_type", "motion"),
    }[mapping]


def _counted(
    relation: duckdb.DuckDBPyRelation, expression: str, where: str
) -> list[tuple[str, int]]:
    return over(
        relation,
        "r",
        f"select {expression} as word, count(*) from r where {where} group by 1"
        " having word is not null order by 2 desc, 1",
    ).fetchall()


def _statuses(activities: duckdb.DuckDBPyRelation, mappings: Path) -> Proposal:
    words = "replace(replace(lower(trim(%s)), '-', ' '), '_', ' ')"
    rows = dict(_counted(activities, f"nullif({words % 'raw_status'}, '')", "true"))
    for word, count in _counted(activities, f"nullif({words % 'raw_outcome'}, '')", "true"):
        rows[word] = rows.get(word, 0) + count
    known = {
        row["raw_status"] for row in read_seed(mappings / "activity_statuses.csv", "raw_status")
    }
    return _told(
        "States of activities",
        "activity_statuses",
        sorted(rows.items(), key=lambda one: (-one[1], one[0])),
        known,
        lambda word, told: {"raw_status": word, "state": told},
        "it says nothing, and the flag or the dates of the activity tell.",
    )


def _activities(activities: duckdb.DuckDBPyRelation, source: str, mappings: Path) -> Proposal:
    shipped = [row for row in read_seed(mappings / "activity_types.csv") if row["source"] == source]
    rows = over(
        activities,
        "a",
        "select record_kind, coalesce(trim(raw_type), ''), coalesce(trim(raw_subtype), ''),"
        " count(*) from a group by all order by 4 desc, 1, 2, 3",
    ).fetchall()
    proposals: list[dict[str, Any]] = []
    decided: list[str] = []
    unknown: list[str] = []
    for kind, raw_type, subtype, count in rows:
        name = f"{kind} {raw_type or '(no type)'}" + (f" / {subtype}" if subtype else "")
        match = _shipped(shipped, kind, raw_type, subtype)
        if match and (match["raw_type"] or not raw_type or match["raw_subtype"]):
            decided.append(f"`{name}` ({count}): {match['activity_type']}, as shipped")
            continue
        told = meaning("activity_types", raw_type) or meaning("activity_types", subtype)
        if match and told in (None, match["activity_type"]):
            decided.append(f"`{name}` ({count}): {match['activity_type']}, as shipped")
            continue
        if not told:
            unknown.append(f"{name} ({count})")
            continue
        decided.append(f"`{name}` ({count}): {told}, by its name")
        is_by_type = meaning("activity_types", raw_type) is not None
        proposals.append(
            {
                "source": source,
                "record_kind": kind,
                "raw_type": raw_type if is_by_type else "",
                "raw_subtype": "" if is_by_type else subtype,
                "raw_disposition": "",
                "activity_type": told,
                "direction": DIRECTION.get(told, "outbound"),
            }
        )
    unique = [row for place, row in enumerate(proposals) if row not in proposals[:place]]
    return Proposal(
        "Kinds of activities",
        tuple(decided[:SHOWN]),
        (),
        tuple(
            _unknown(
                unknown, "it counts as `other`, which no activity metric counts.", "activity_types"
            )
        ),
        {"activity_types": unique} if unique else {},
    )


def _shipped(
    rows: Sequence[dict[str, str]], kind: str, raw_type: str, subtype: str
) -> dict[str, str] | None:
    """The shipped row that names an activity: the one with most cells filled."""
    fitting = [
        row
        for row in rows
        if row["record_kind"] == kind
        and row["raw_type"].lower() in ("", raw_type.lower())
        and row["raw_subtype"].lower() in ("", subtype.lower())
        and not row["raw_disposition"]
    ]
    return max(
        fitting, key=lambda row: bool(row["raw_type"]) + bool(row["raw_subtype"]), default=None
    )


def _told(
    title: str,
    mapping: str,
    rows: Sequence[tuple[str, int]],
    known: set[str],
    row_of: Callable[[str, str], dict[str, Any]],
    otherwise: str,
) -> Proposal:
    proposals, decided, unknown = [], [], []
    for word, count in rows:
        if word in known:
            decided.append(f"`{word}` ({count}): as shipped")
        elif told := meaning(mapping, word):
            decided.append(f"`{word}` ({count}): {told}, by its name")
            proposals.append(row_of(word, told))
        else:
            unknown.append(f"{word} ({count})")
    return Proposal(
        title,
        tuple(decided[:SHOWN]),
        (),
        tuple(_unknown(unknown, otherwise, mapping)),
        {mapping: proposals} if proposals else {},
    )


def _unknown(words: Sequence[str], otherwise: str, mapping: str) -> list[Question]:
    if not words:
        return []
    shown = ", ".join(f"`{one}`" for one in words[:SHOWN])
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return [
        Question(f"What do these words mean: {shown}{more}?", otherwise, f"seeds/my_{mapping}.csv")
    ]


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("words.yml"))
    return found
