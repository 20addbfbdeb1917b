"""All questions in their order: what lies there, what it means, what is proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.errors import SalesMetricsError
from sales_metrics.init import company, people, segments, stages, words
from sales_metrics.init.contracts import PLANNING, contracts
from sales_metrics.init.landing import Landing, look
from sales_metrics.init.proposals import Proposal, Question, merged
from sales_metrics.init.reading import Plan, planned
from sales_metrics.init.shapes import evidence_of_stages, made, shape, time_zones
from sales_metrics.init.stage_evidence import with_phases
from sales_metrics.init.tables import matched
from sales_metrics.sql import literal, over

Ask = Callable[[Question, str], str]


@dataclass(frozen=True)
class Looked:
    """What is known before dbt has read anything."""

    landing: Landing
    plan: Plan
    # The first CRM's own fiscal quarter of each month.
    quarters: Mapping[int, int]

    @property
    def crms(self) -> list[str]:
        return [one.source for one in self.plan.sources if one.source != PLANNING]


def looked(
    place: Path,
    project: Path,
    connection: duckdb.DuckDBPyConnection,
    dates: str | None,
    copies: Path,
) -> Looked:
    landing = look(place, connection, copies)
    sources = matched(landing, contracts(project), connection)
    if not any(one.source != PLANNING for one in sources):
        seen = ", ".join(sorted({one.name for one in landing.tables})[:12]) or "nothing"
        raise SalesMetricsError(
            f"No table of deals is in {place}: it needs a row a deal with its stage, and an"
            f" amount or a close date. Seen: {seen}.",
            *landing.unread[:5],
        )
    first = next(one for one in sources if one.source != PLANNING)
    quarters = company.fiscal_quarters(first.tables.values(), connection)
    plan = planned(landing, sources, contracts(project), connection, dates)
    return Looked(landing, plan, quarters)


def proposed(
    seen: Looked,
    shapes: duckdb.DuckDBPyConnection,
    project: Path,
    today: dt.date,
) -> list[Proposal]:
    """Every proposal, in the order a person reads them."""
    found = list(seen.plan.proposals)
    mappings = project / "seeds" / "mappings"
    deals: dict[str, duckdb.DuckDBPyRelation] = {}
    for source in seen.crms:
        evidence = evidence_of_stages(shapes, source)
        phases = [
            phase
            for (of, _), recipe in seen.plan.recipes.items()
            if of == source
            for phase in recipe.phases
        ]
        if phases:
            evidence = with_phases(evidence, phases)
        proposal = stages.proposed(evidence, source)
        found.append(proposal)
        deals[source] = _deals(shapes, source, proposal)
    stated = seen.landing.as_of
    newest = _newest(shapes, list(deals.values()), today)
    found.append(company.last_day(newest, stated, today))
    as_of = (
        dt.date.fromisoformat(stated) if stated else min(newest.date() if newest else today, today)
    )
    # What is one for the company comes from the first CRM, which has the deals that count.
    first = seen.crms[0]
    found.append(company.currency(deals[first], shapes.table(made(shapes, "int_crm_currencies"))))
    found.append(company.time_zone(time_zones(shapes), shape(shapes, "activities", first)))
    found.append(company.fiscal_year(deals[first], seen.quarters))
    found.append(segments.proposed(deals[first], shape(shapes, "accounts", first)))
    for source in seen.crms:
        found += words.proposed(
            deals[source], shape(shapes, "activities", source), source, mappings
        )
        found.append(
            people.proposed(
                deals[source],
                shape(shapes, "people", source),
                shape(shapes, "activities", source),
                as_of,
            )
        )
    return found


def answered(proposals: list[Proposal], ask: Ask) -> list[Proposal]:
    """The questions that one word answers, asked with the proposal as the default."""
    found = []
    for one in proposals:
        vars = dict(one.vars)
        left, told = [], []
        for question in one.questions:
            if question.var is None:
                left.append(question)
                continue
            default = str(vars[question.var])
            answer = ask(question, default).strip() or default
            vars[question.var] = int(answer) if answer.isdecimal() else answer
            told.append(f"{question.var}: {answer}, as a person said.")
        decided = tuple(told) if told else one.decided
        found.append(replace(one, vars=vars, questions=tuple(left), decided=decided))
    return found


def all_vars(plan: Plan, proposals: list[Proposal]) -> dict[str, Any]:
    vars: dict[str, Any] = dict(plan.vars)
    for one in proposals:
        vars = merged(vars, one.vars)
    return vars


def all_rows(proposals: list[Proposal]) -> dict[str, list[Mapping[str, Any]]]:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for one in proposals:
        for mapping, more in one.rows.items():
            rows.setdefault(mapping, []).extend(more)
    return rows


def _deals(
    connection: duckdb.DuckDBPyConnection, source: str, proposal: Proposal
) -> duckdb.DuckDBPyRelation:
    """The deals of a CRM with what the proposed stage map makes of their stage."""
    rows = proposal.rows.get("stage_map", ())

    def among(flag: str) -> str:
        names = sorted({str(row["raw_stage"]) for row in rows if row[flag]})
        return f"o.stage_name in ({', '.join(literal(one) for one in names)})" if names else "false"

    return over(
        shape(connection, "opportunities", source),
        "o",
        "select opportunity_id as deal_id, account_id, rep_id, cast(amount as double) as amount,"
        " currency_code, created_at, last_modified_at, close_date as closed_on, segment_value,"
        " loss_reason, opportunity_type, stage_name,"
        f" coalesce({among('is_won')}, false) as is_won,"
        f" coalesce({among('is_won')} or {among('is_lost')}, false) as is_closed"
        " from o where not coalesce(is_deleted, false)",
    )


def _newest(
    connection: duckdb.DuckDBPyConnection, deals: list[duckdb.DuckDBPyRelation], today: dt.date
) -> dt.datetime | None:
    """The newest trace of somebody's work that does not lie in the future.

    A deal may carry a close date ahead of its closing, so those tell only where no stamp does.
    """
    limit = literal(today + dt.timedelta(days=1))
    stamps = _latest(
        [
            (connection.table(made(connection, f"int_crm_{name}")), column, "true")
            for name, column in (
                ("opportunities", "last_modified_at"),
                ("opportunity_changes", "changed_at"),
                ("activities", "created_at"),
                ("leads", "created_at"),
            )
        ],
        limit,
    )
    created = _latest([(one, "created_at", "true") for one in deals], limit)
    closed = _latest([(one, "closed_on", "is_closed") for one in deals], limit)
    return max([*(stamps or closed), *created], default=None)


def _latest(asked: list[tuple[duckdb.DuckDBPyRelation, str, str]], limit: str) -> list[dt.datetime]:
    found = []
    for relation, column, where in asked:
        rows = over(
            relation,
            "r",
            f"select max(cast({column} as timestamp)) from r where {where} and {column} <= {limit}",
        ).fetchall()
        found += [row[0] for row in rows if row[0]]
    return found
