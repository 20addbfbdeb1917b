"""Who sells: owners of deals, their teams and managers, and who is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from sales_metrics.init.proposals import Proposal, Question, counted
from sales_metrics.sql import over

# Days from the first trace of a rep in which he is taken to ramp.
RAMPING_DAYS = 180


def proposed(
    deals: duckdb.DuckDBPyRelation,
    people: duckdb.DuckDBPyRelation,
    activities: duckdb.DuckDBPyRelation,
    as_of: dt.date,
) -> Proposal:
    """`deals` and `activities`: rep_id, created_at; `people`: the shape of that name."""
    traced = deals.select("rep_id, created_at as traced_at").union(
        activities.select("rep_id, created_at as traced_at")
    )
    seen: dict[str, tuple[dt.datetime, int]] = {
        rep: (first, count)
        for rep, first, count in over(
            traced,
            "t",
            "select rep_id, min(traced_at), count(*) from t where rep_id is not null"
            " group by 1 order by 1",
        ).fetchall()
    }
    owners = {
        row[0]: row[1]
        for row in over(
            deals,
            "d",
            "select rep_id, count(*) from d where rep_id is not null group by 1 order by 1",
        ).fetchall()
    }
    known: dict[str, Mapping[str, Any]] = {}
    for row in over(
        people,
        "p",
        "select rep_id, any_value(rep_name) as name, any_value(team_id) as team,"
        " any_value(manager_id) as manager, any_value(role) as role, bool_or(is_active) as active"
        " from p where rep_id is not null group by 1 order by 1",
    ).fetchall():
        known[row[0]] = dict(
            zip(("name", "team", "manager", "role", "active"), row[1:], strict=True)
        )
    rows = [
        {
            "rep": rep,
            "start_date": seen[rep][0].date() if rep in seen and seen[rep][0] else "",
            "end_date": "",
            "role": known.get(rep, {}).get("role") or "",
            "segment": "",
            "team": known.get(rep, {}).get("team") or "",
            "manager": known.get(rep, {}).get("manager") or "",
        }
        for rep in sorted(owners)
    ]
    ramping = [
        rep
        for rep in owners
        if rep in seen and seen[rep][0] and (as_of - seen[rep][0].date()).days < RAMPING_DAYS
    ]
    nameless = [rep for rep in owners if not known.get(rep, {}).get("name")]
    left = [rep for rep in owners if known.get(rep, {}).get("active") is False]
    teams = sorted({row["team"] for row in rows if row["team"]})
    managers = sorted({row["manager"] for row in rows if row["manager"]})
    evidence = [
        f"{counted(len(teams), 'team')}, {counted(len(managers), 'manager')} of the reps"
        + (": teams and managers are those of the CRM" if teams or managers else ""),
        f"first seen less than {RAMPING_DAYS} days before the last day: {len(ramping)}",
    ]
    if left:
        evidence.append(f"no longer active in the CRM: {len(left)}; their deals stay theirs")
    if nameless:
        evidence.append(f"without a name in the CRM: {len(nameless)}, called by their id")
    return Proposal(
        "People",
        (
            f"The {len(owners)} owners of deals are the reps."
            if owners
            else "No deal names an owner: there are no reps, and nothing is told by rep or team.",
        ),
        tuple(evidence),
        (
            Question(
                "Who of the owners of deals is no rep, who joined, moved or left when, and what are"
                " the quotas and targets?",
                "every owner is a rep from his first trace on, and attainment, coverage of targets"
                " and ramp are not measured.",
                "planning/ (README.md there)",
            ),
        ),
        rows={"rep_roster": rows},
    )
