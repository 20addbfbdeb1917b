"""Who sells: owners of deals, their teams and managers, and who is new."""

from __future__ import annotations

import datetime as dt
import re

import duckdb

from sales_metrics.init.proposals import Proposal, Question, counted, listed
from sales_metrics.sql import over

# Days from the first trace of a rep in which he is taken to ramp.
RAMPING_DAYS = 180
# Owners that are called like a queue or a program.
NO_PERSON = re.compile(
    r"\b(queue|pool|house|inbound|unassigned|admin|api|integration|system|automation|bot)\b", re.I
)


def proposed(
    deals: duckdb.DuckDBPyRelation,
    people: duckdb.DuckDBPyRelation,
    activities: duckdb.DuckDBPyRelation,
    as_of: dt.date,
) -> Proposal:
    """`deals` and `activities`: rep_id, created_at; `people`: the shape of that name."""
    traced = deals.select("rep_id, created_at").union(activities.select("rep_id, created_at"))
    reps = over(
        deals.select("rep_id")
        .filter("rep_id is not null")
        .distinct()
        .set_alias("owners")
        .join(
            traced.aggregate("rep_id, min(created_at) as traced_at").set_alias("traced"),
            "rep_id",
            how="left",
        )
        .join(
            people.aggregate(
                "rep_id, any_value(rep_name) as rep_name, any_value(team_id) as team_id,"
                " any_value(manager_id) as manager_id, any_value(role) as role,"
                " bool_or(is_active) as is_active"
            ),
            "rep_id",
            how="left",
        ),
        "r",
        "select rep_id, cast(traced_at as date), role, team_id, manager_id, rep_name, is_active"
        " from r order by 1",
    ).fetchall()
    rows = [
        {
            "rep": rep,
            "start_date": start or "",
            "end_date": "",
            "role": role or "",
            "segment": "",
            "team": team or "",
            "manager": manager or "",
        }
        for rep, start, role, team, manager, _, _ in reps
    ]
    ramping = [rep for rep, start, *_ in reps if start and (as_of - start).days < RAMPING_DAYS]
    nameless = [rep for rep, *_, name, _ in reps if not name]
    left = [rep for rep, *_, is_active in reps if is_active is False]
    queues = [name or rep for rep, *_, name, _ in reps if NO_PERSON.search(name or rep)]
    teams = {row["team"] for row in rows if row["team"]}
    managers = {row["manager"] for row in rows if row["manager"]}
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
            f"The {len(reps)} owners of deals are the reps."
            if reps
            else "No deal names an owner: there are no reps, and nothing is told by rep or team.",
        ),
        tuple(evidence),
        (
            Question(
                "Who of the owners of deals is no rep"
                + (f" ({listed(queues)}, by the name)" if queues else "")
                + ", who joined, moved or left when, and what are"
                " the quotas and targets?",
                "every owner is a rep from his first trace on, and attainment, coverage of targets"
                " and ramp are not measured.",
                "planning/ (README.md there)",
            ),
        ),
        rows={"rep_roster": rows},
    )
