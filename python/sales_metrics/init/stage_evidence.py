"""What is known of each stage: by the CRM's own list, the deals that stand in it and the moves."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from sales_metrics.init.stage_words import Said, said
from sales_metrics.sql import literal, over

# Of the deals that stand in a stage: the share that must be closed, or won, to call it so.
IS_ALMOST_ALL = 0.9
ONLY_CLOSING = "its name: a deal ends there, and no other stage is won"
# A stage that closed deals were in, and the pipeline it is of.
Phase = tuple[str, str | None]
Moves = Mapping[tuple[str, str], float]


@dataclass
class Stage:
    """What is known of one name of a pipeline."""

    name: str
    pipeline: str | None
    said: Said
    label: str
    deals: int = 0
    closed: int = 0
    won: int = 0
    flagged_closed: int = 0
    flagged_won: int = 0
    probability: float | None = None
    visits: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    # When one visit of ten had begun: before that it may have been tried.
    settled: dt.datetime | None = None
    days: float | None = None
    ended: int = 0
    # What the CRM's own table says.
    sort_order: float | None = None
    is_listed: bool = False
    is_active: bool | None = None
    listed_closed: bool | None = None
    listed_won: bool | None = None
    # The outcome, and from what it is known.
    outcome: str = "open"
    why: str = ""
    becomes: str | None = None

    def see(self, first: dt.datetime | None, last: dt.datetime | None) -> None:
        self.first = min(filter(None, (self.first, first)), default=None)
        self.last = max(filter(None, (self.last, last)), default=None)

    @property
    def is_used(self) -> bool:
        """A label that nothing has ever been in, and that nobody can pick, is no stage."""
        return bool(self.deals or self.visits or (self.is_listed and self.is_active is not False))


@dataclass(frozen=True)
class Evidence:
    """Everything that is looked at, as relations."""

    # deal_id, stage, pipeline, is_closed, is_won, probability, created_at
    deals: duckdb.DuckDBPyRelation
    # deal_id, changed_at, stage, pipeline
    changes: duckdb.DuckDBPyRelation
    # stage, label, pipeline, sort_order, is_closed, is_won, probability, is_active
    listed: duckdb.DuckDBPyRelation


def with_phases(evidence: Evidence, phases: Iterable[Phase]) -> Evidence:
    """The evidence with stages that are known to be there, though no deal shows them now."""
    names = ", ".join(
        f"({literal(name)}, {'null' if pipeline is None else literal(pipeline)})"
        for name, pipeline in phases
    )
    listed = over(
        evidence.listed,
        "l",
        f"select * from l union all by name select * from (values {names}) as v (stage, pipeline)",
    )
    return replace(evidence, listed=listed)


def spelled_alike(evidence: Evidence) -> tuple[Evidence, dict[str, list[str]]]:
    """The evidence with one spelling of each name, and {that one: all others of its letters}.

    A history keeps `Closed Won` and `Closed won` of one stage. The CRM's own list says which is
    the name, else most deals and changes do.
    """
    counted = evidence.listed.project("stage, true as is_listed, 0 as times").distinct()
    for relation in (evidence.deals, evidence.changes):
        counted = counted.union(
            relation.aggregate("stage, false as is_listed, count(*) as times", "stage")
        )
    rows = over(
        counted,
        "c",
        "select stage, bool_or(is_listed) from c where trim(stage) <> '' group by 1"
        " order by 2 desc, sum(times) desc, 1",
    ).fetchall()
    names: dict[str, list[str]] = defaultdict(list)
    of_list: Counter[str] = Counter()
    for name, is_listed in rows:
        # Two that the CRM lists are two, such as ids in which the case of letters counts.
        of_list[name.lower()] += is_listed
        names[name if of_list[name.lower()] > 1 else name.lower()].append(name)
    spellings = {first: others for first, *others in names.values() if others}
    if not spellings:
        return evidence, {}
    pairs = ", ".join(
        f"({literal(other)}, {literal(first)})"
        for first, others in spellings.items()
        for other in others
    )
    sql = (
        "select r.* replace (coalesce(v.first, r.stage) as stage) from r"
        f" left join (values {pairs}) as v (other, first) on r.stage = v.other"
    )
    deals, changes, listed_alike = (
        over(one, "r", sql) for one in (evidence.deals, evidence.changes, evidence.listed)
    )
    return Evidence(deals, changes, listed_alike), spellings


@dataclass
class _Collected:
    """Stages by name and pipeline, as far as they have been read."""

    found: dict[Phase, Stage] = field(default_factory=dict)
    # What a list says that names no pipeline holds for each.
    of_any: dict[str, Stage] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    # The pipelines a name is listed in.
    homes: dict[str, list[str | None]] = field(default_factory=lambda: defaultdict(list))

    def stage(self, name: str, pipeline: str | None) -> Stage:
        if (name, pipeline) not in self.found:
            label = self.labels.get(name, name)
            known = self.of_any.get(name) or Stage(name, pipeline, said(label), label)
            self.found[name, pipeline] = replace(known, pipeline=pipeline)
        return self.found[name, pipeline]

    def read_list(self, listed: duckdb.DuckDBPyRelation) -> None:
        for name, pipeline, label, *told in _asked(
            listed,
            "select stage, nullif(trim(pipeline), ''), any_value(label), min(sort_order),"
            " bool_or(is_closed), bool_or(is_won), min(probability), bool_or(is_active)"
            " from it where stage is not null group by 1, 2 order by 1, 2",
        ):
            self.labels[name] = label or name
            one = self.stage(name, pipeline)
            one.is_listed = True
            one.sort_order, one.listed_closed, one.listed_won, one.probability, one.is_active = told
            if pipeline is None:
                self.of_any[name] = self.found.pop((name, None))
            else:
                self.homes[name].append(pipeline)

    def read_deals(self, deals: duckdb.DuckDBPyRelation) -> None:
        for name, pipeline, *counts, chance, first, last in _asked(
            deals,
            "select stage, nullif(trim(pipeline), ''), count(*), count(*) filter (is_closed),"
            " count(*) filter (is_won), count(is_closed), count(is_won), avg(probability),"
            " min(created_at), max(created_at)"
            " from it where trim(stage) <> '' group by 1, 2 order by 1, 2",
        ):
            one = self.stage(name, _home(pipeline, self.homes[name]))
            for count, told in zip(
                ("deals", "closed", "won", "flagged_closed", "flagged_won"), counts, strict=True
            ):
                setattr(one, count, getattr(one, count) + told)
            if one.probability is None:
                one.probability = chance
            one.see(first, last)

    def read_changes(self, changes: duckdb.DuckDBPyRelation) -> None:
        for name, pipeline, visits, first, last, days, ended, settled in _asked(
            changes,
            "with entered as (select deal_id, changed_at, stage, nullif(trim(pipeline), '') as"
            " pipeline, lag(stage) over w as before from it where trim(stage) <> ''"
            " window w as (partition by deal_id order by changed_at, stage)),"
            " visits as (select *, lead(changed_at) over (partition by deal_id"
            " order by changed_at, stage) as left_at from entered"
            " where before is distinct from stage)"
            " select stage, pipeline, count(*), min(changed_at), max(changed_at),"
            " median(epoch(left_at) - epoch(changed_at)) filter (left_at is not null) / 86400,"
            " count(left_at), quantile_disc(changed_at, 0.1) from visits"
            " group by 1, 2 order by 1, 2",
        ):
            homes = self.homes[name] or [one[1] for one in self.found if one[0] == name]
            one = self.stage(name, _home(pipeline, homes))
            if ended > one.ended:
                one.days, one.ended, one.settled = days, ended, settled
            one.visits += visits
            one.see(first, last)

    def place_unused(self) -> None:
        """A stage of the list that nobody was in goes with the used one before it."""
        homes = dict(reversed(self.found))
        home = next(iter(homes.values()), None)
        for one in sorted(self.of_any.values(), key=lambda one: (one.sort_order or 0, one.name)):
            if one.name not in homes:
                self.found[one.name, home] = replace(one, pipeline=home)
            elif not one.listed_closed:
                home = homes[one.name]


def stages_of(evidence: Evidence) -> list[Stage]:
    collected = _Collected()
    collected.read_list(evidence.listed)
    collected.read_deals(evidence.deals)
    collected.read_changes(evidence.changes)
    collected.place_unused()
    stages = list(collected.found.values())
    for one in stages:
        one.outcome, one.why = _outcome(one)
    outcomes = {one.outcome for one in stages}
    if "lost" in outcomes and "won" not in outcomes:
        for one in stages:
            if one.said.is_closing and one.outcome == "open" and one.flagged_closed == 0:
                one.outcome, one.why = "won", ONLY_CLOSING
    return stages


def _home(pipeline: str | None, homes: Sequence[str | None]) -> str | None:
    """A log need not name the pipeline: it is the one that has the stage, if only one has it."""
    if pipeline in homes or not homes:
        return pipeline
    return homes[0] if len(set(homes)) == 1 else pipeline


def _asked(relation: duckdb.DuckDBPyRelation, sql: str) -> list[tuple[Any, ...]]:
    return over(relation, "it", sql).fetchall()


def moves_of(changes: duckdb.DuckDBPyRelation) -> Moves:
    """How often a deal went straight from one stage to another."""
    rows = _asked(
        changes,
        "select before, stage, count(*) from (select stage, lag(stage) over"
        " (partition by deal_id order by changed_at, stage) as before, lag(changed_at) over"
        " (partition by deal_id order by changed_at, stage) as since, changed_at"
        " from it where trim(stage) <> '') where before <> stage and since < changed_at"
        " group by 1, 2",
    )
    return {(one, other): float(count) for one, other, count in rows}


def pipelines_of(stages: Iterable[Stage]) -> list[str]:
    """Pipelines that differ in their open stages, the busiest first; none where all are alike."""
    used: dict[str, set[str]] = defaultdict(set)
    weight: Counter[str] = Counter()
    for one in stages:
        if one.pipeline:
            weight[one.pipeline] += one.deals + one.visits
            if one.outcome == "open" and one.is_used:
                used[one.pipeline].add(one.name)
    # What has no two stages to go through is no funnel of its own.
    named = [name for name, count in weight.most_common() if count and len(used[name]) > 1]
    sets = [used[pipeline] for pipeline in named]
    alike = all(
        len(one & other) >= 0.6 * min(len(one), len(other)) for one in sets for other in sets
    )
    return [] if alike else named


def within(evidence: Evidence, pipelines: Sequence[str], stages: Iterable[Stage]) -> Evidence:
    """The evidence in these pipelines; what is in none of them goes with the first."""
    names = ", ".join(literal(one) for one in pipelines) or "null"
    first = literal(pipelines[0]) if pipelines else "cast(null as varchar)"
    known = f"case when trim(pipeline) in ({names}) then trim(pipeline) else {first} end"
    used = {one.pipeline for one in stages if one.pipeline and (one.deals or one.visits)}
    # Nobody uses the others: the CRM's list says what they are as long as no deal is in them.
    kept = f"pipeline is null or pipeline in ({', '.join(map(literal, used))})" if used else "true"
    replaced = f"select * replace ({known} as pipeline) from r"
    return Evidence(
        over(evidence.deals, "r", replaced),
        over(evidence.changes, "r", replaced),
        over(
            evidence.listed,
            "r",
            f"select * replace (case when pipeline is not null then {known} end as pipeline)"
            " from (select * replace (nullif(trim(pipeline), '') as pipeline) from r)"
            f" where {kept}",
        ),
    )


def _outcome(one: Stage) -> tuple[str, str]:
    """won, lost or open: the CRM's table, then the flags of its deals, then the name."""
    if one.listed_won:
        return "won", "the CRM's table of stages"
    if one.listed_closed:
        return "lost", "the CRM's table of stages"
    if one.listed_closed is False and one.listed_won is False:
        return "open", "the CRM's table of stages"
    if one.flagged_won and one.won >= IS_ALMOST_ALL * one.deals:
        return "won", f"{one.won} of {one.deals} deals in it are won in the CRM"
    if one.flagged_closed and one.deals:
        if one.closed >= IS_ALMOST_ALL * one.deals:
            if one.flagged_won or one.said.outcome == "lost":
                return "lost", f"{one.closed} of {one.deals} deals in it are closed and not won"
            return one.said.outcome or "lost", f"{one.closed} of {one.deals} deals in it are closed"
        if one.closed == 0 and one.flagged_closed == one.deals:
            return "open", f"none of {one.deals} deals in it is closed"
    if one.said.outcome:
        return one.said.outcome, "its name"
    if one.probability is not None and one.probability >= 1:
        return "won", "its probability of 100 %"
    return "open", "nothing says that it is closed"
