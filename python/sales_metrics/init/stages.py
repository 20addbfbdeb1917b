"""The stage map: which stages there are, in which order, from where on a deal is qualified.

The CRM's own table of stages comes first. Where there is none, the order is the one that breaks the
fewest observed moves, and names and probabilities decide what the moves leave open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from sales_metrics.init.ordering import broken, order_of_moves
from sales_metrics.init.proposals import Proposal, Question, counted, free, listed
from sales_metrics.init.stage_words import QUALIFIED_PLACE, Said, said
from sales_metrics.init.tables import plain
from sales_metrics.sql import literal, over

# Of the deals that stand in a stage: the share that must be closed, or won, to call it so.
IS_ALMOST_ALL = 0.9
# Visits that end a median can be told from, and the days that stand for it before.
ENOUGH_VISITS = 10
EXPECTED_DAYS = 14
LONGEST_DAYS = 365
# Of the visits of the busiest stage, the share below which one is a slip or an experiment.
IS_RARE = 0.01
# More than any number of moves.
BINDING = 1e12
# Days between the end of one label and the beginning of another that may be its new name.
RENAMED_WITHIN = 90
# What a CRM calls a chance at which a deal is looked into for good.
QUALIFIED_FROM = 0.2
MAP = "seeds/my_stage_map.csv"
ONLY_CLOSING = "its name: a deal ends there, and no other stage is won"


# A stage that closed deals were in, and the pipeline it is of.
Phase = tuple[str, str | None]


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

    @property
    def is_used(self) -> bool:
        """A label that nothing has ever been in, and that nobody can pick, is no stage."""
        return bool(self.deals or self.visits or (self.is_listed and self.is_active is not False))


@dataclass(frozen=True)
class Id:
    """What a stage_id that is taken stands for; `outcome`: won or lost, of a closed one."""

    pipeline_id: str
    label: str
    outcome: str | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything that is looked at, as relations."""

    # deal_id, stage, pipeline, is_closed, is_won, probability, created_at
    deals: duckdb.DuckDBPyRelation
    # deal_id, changed_at, stage, pipeline
    changes: duckdb.DuckDBPyRelation
    # stage, label, pipeline, sort_order, is_closed, is_won, probability, is_active
    listed: duckdb.DuckDBPyRelation


@dataclass
class Funnel:
    """The stages of one pipeline, in order."""

    pipeline: str | None
    open: list[Stage] = field(default_factory=list)
    closed: list[Stage] = field(default_factory=list)
    # Old names of open stages.
    old: list[Stage] = field(default_factory=list)
    # Names that hardly a deal was ever in: nobody can say from so few what they are.
    rare: list[Stage] = field(default_factory=list)
    qualified_from: int = 0
    why_order: str = ""
    why_qualified: str = ""
    is_sure_of_qualified: bool = False


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


def proposed(evidence: Evidence, source: str) -> Proposal:
    """The map of one CRM, with its evidence and questions."""
    evidence, spellings = _spelled_alike(evidence)
    stages = _stages(evidence)
    if not stages:
        return Proposal("Stages", decided=("No deal names a stage.",))
    pipelines = _pipelines(stages)
    has_others = bool(pipelines) and any(
        one.deals and one.pipeline not in pipelines for one in stages
    )
    stages = _stages(_within(evidence, pipelines, stages))
    moves = _moves(evidence.changes)
    funnels = [
        _funnel(pipeline, [one for one in stages if one.pipeline == pipeline], moves)
        for pipeline in pipelines or [None]
    ]
    return _spelled_as_found(_told(funnels, source, moves, has_others), spellings)


def _spelled_alike(evidence: Evidence) -> tuple[Evidence, dict[str, list[str]]]:
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


def _spelled_as_found(proposal: Proposal, spellings: Mapping[str, Sequence[str]]) -> Proposal:
    """A row for each spelling: raw names are compared as they are written."""
    rows = [
        {**row, "raw_stage": name}
        for row in proposal.rows["stage_map"]
        for name in (row["raw_stage"], *spellings.get(row["raw_stage"], ()))
    ]
    return replace(proposal, rows={"stage_map": rows})


def _stages(evidence: Evidence) -> list[Stage]:
    found: dict[tuple[str, str | None], Stage] = {}
    # What a list says that names no pipeline holds for each.
    of_any: dict[str, Stage] = {}
    labels: dict[str, str] = {}
    homes: dict[str, list[str | None]] = defaultdict(list)

    def stage(name: str, pipeline: str | None) -> Stage:
        key = (name, pipeline)
        if key not in found:
            label = labels.get(name, name)
            found[key] = replace(
                of_any.get(name) or Stage(name, pipeline, said(label), label), pipeline=pipeline
            )
        return found[key]

    for row in _asked(
        evidence.listed,
        "select stage, nullif(trim(pipeline), ''), any_value(label), min(sort_order),"
        " bool_or(is_closed), bool_or(is_won), min(probability), bool_or(is_active)"
        " from it where stage is not null group by 1, 2 order by 1, 2",
    ):
        name, pipeline = row[:2]
        labels[name] = row[2] or name
        one = stage(name, pipeline)
        one.is_listed = True
        one.sort_order, one.listed_closed, one.listed_won, one.probability, one.is_active = row[3:]
        if pipeline is None:
            of_any[name] = found.pop((name, None))
        else:
            homes[name].append(pipeline)
    for (
        name,
        pipeline,
        deals,
        is_closed,
        is_won,
        told_closed,
        told_won,
        chance,
        first,
        last,
    ) in _asked(
        evidence.deals,
        "select stage, nullif(trim(pipeline), ''), count(*), count(*) filter (is_closed),"
        " count(*) filter (is_won), count(is_closed), count(is_won), avg(probability),"
        " min(created_at), max(created_at)"
        " from it where trim(stage) <> '' group by 1, 2 order by 1, 2",
    ):
        one = stage(name, _home(pipeline, homes[name]))
        one.deals += deals
        one.closed += is_closed
        one.won += is_won
        one.flagged_closed += told_closed
        one.flagged_won += told_won
        if one.probability is None:
            one.probability = chance
        one.first = min(filter(None, [one.first, first]), default=None)
        one.last = max(filter(None, [one.last, last]), default=None)
    for name, pipeline, visits, first, last, days, ended, settled in _asked(
        evidence.changes,
        "with entered as (select deal_id, changed_at, stage, nullif(trim(pipeline), '') as"
        " pipeline, lag(stage) over w as before from it where trim(stage) <> ''"
        " window w as (partition by deal_id order by changed_at, stage)),"
        " visits as (select *, lead(changed_at) over (partition by deal_id"
        " order by changed_at, stage) as left_at from entered where before is distinct from stage)"
        " select stage, pipeline, count(*), min(changed_at), max(changed_at),"
        " median(epoch(left_at) - epoch(changed_at)) filter (left_at is not null) / 86400,"
        " count(left_at), quantile_disc(changed_at, 0.1) from visits group by 1, 2 order by 1, 2",
    ):
        home = _home(pipeline, homes[name] or [key[1] for key in found if key[0] == name])
        one = stage(name, home)
        if ended > one.ended:
            one.days, one.ended = days, ended
            one.settled = settled
        one.visits += visits
        one.first = min(filter(None, [one.first, first]), default=None) if one.visits else first
        one.last = last if not one.last else max(one.last, last)
    _place_unused(of_any.values(), found)
    for one in found.values():
        one.outcome, one.why = _outcome(one)
    outcomes = {one.outcome for one in found.values()}
    if "lost" in outcomes and "won" not in outcomes:
        for one in found.values():
            if one.said.is_closing and one.outcome == "open" and one.flagged_closed == 0:
                one.outcome, one.why = "won", ONLY_CLOSING
    return list(found.values())


def _place_unused(listed: Iterable[Stage], found: dict[tuple[str, str | None], Stage]) -> None:
    """A stage of the list that nobody was in goes with the used one before it."""
    homes = dict(reversed(found))
    home = next(iter(homes.values()), None)
    for one in sorted(listed, key=lambda one: (one.sort_order or 0, one.name)):
        if one.name not in homes:
            found[one.name, home] = replace(one, pipeline=home)
        elif not one.listed_closed:
            home = homes[one.name]


def _home(pipeline: str | None, homes: Sequence[str | None]) -> str | None:
    """A log need not name the pipeline: it is the one that has the stage, if only one has it."""
    if pipeline in homes or not homes:
        return pipeline
    return homes[0] if len(set(homes)) == 1 else pipeline


def _asked(relation: duckdb.DuckDBPyRelation, sql: str) -> list[tuple[Any, ...]]:
    return over(relation, "it", sql).fetchall()


def _moves(changes: duckdb.DuckDBPyRelation) -> dict[tuple[str, str], float]:
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


def _pipelines(stages: Iterable[Stage]) -> list[str]:
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


def _within(evidence: Evidence, pipelines: Sequence[str], stages: Iterable[Stage]) -> Evidence:
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


def _funnel(
    pipeline: str | None, stages: Sequence[Stage], moves: Mapping[tuple[str, str], float]
) -> Funnel:
    used = [one for one in stages if one.is_used]
    funnel = Funnel(pipeline, closed=[one for one in used if one.outcome != "open"])
    opened = [one for one in used if one.outcome == "open"]
    _find_new_names(opened, moves)
    busiest = max((one.visits for one in opened), default=0)
    has_list = any(one.is_listed for one in opened)
    funnel.rare = [
        one
        for one in opened
        if not one.deals
        and not one.becomes
        and not (one.is_listed and has_list)
        and one.visits < IS_RARE * busiest
    ]
    opened = [one for one in opened if one not in funnel.rare]
    heads = [one for one in opened if one.becomes is None]
    funnel.old = [one for one in opened if one.becomes is not None]
    funnel.open, funnel.why_order = _ordered(heads, _following(moves, opened))
    _qualify(funnel)
    return funnel


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


def _find_new_names(stages: Sequence[Stage], moves: Mapping[tuple[str, str], float]) -> None:
    """A label that ended where another one began, at the same place, is its old name.

    Where the CRM lists the one and no longer the other, that is enough of an end.
    """
    for old in stages:
        if old.deals or not old.last or (old.is_listed and old.is_active is not False):
            continue
        for new in stages:
            begun = new.settled or new.first
            between = moves.get((old.name, new.name), 0) + moves.get((new.name, old.name), 0)
            if new is old or not begun or new.becomes or between > 0.2 * old.visits:
                continue
            gap = (begun - old.last).total_seconds() / 86400
            is_after = -1 <= gap <= RENAMED_WITHIN
            if (is_after or (new.is_listed and new.is_active is not False)) and _is_alike(
                old, new, moves
            ):
                old.becomes = new.name
                break


def _is_alike(old: Stage, new: Stage, moves: Mapping[tuple[str, str], float]) -> bool:
    if old.said.place and old.said.place == new.said.place:
        return True
    if set(plain(old.label).split()) & set(plain(new.label).split()) - {"the", "and", "of"}:
        return True
    return all(
        _likeliest(moves, old.name, way) is not None
        and _likeliest(moves, old.name, way) == _likeliest(moves, new.name, way)
        for way in (0, 1)
    )


def _likeliest(moves: Mapping[tuple[str, str], float], name: str, way: int) -> str | None:
    """The stage most deals come from (0), or go to (1)."""
    beside = {pair[way]: count for pair, count in moves.items() if pair[1 - way] == name}
    return max(sorted(beside), key=lambda one: beside[one], default=None)


def _following(
    moves: Mapping[tuple[str, str], float], stages: Sequence[Stage]
) -> dict[tuple[str, str], float]:
    """Moves of old names count for the new one."""
    names = {one.name: one.becomes or one.name for one in stages}
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (one, other), count in moves.items():
        pair = (names.get(one, one), names.get(other, other))
        if pair[0] != pair[1]:
            found[pair] += count
    return dict(found)


def _ordered(
    stages: Sequence[Stage], moves: Mapping[tuple[str, str], float]
) -> tuple[list[Stage], str]:
    by_name = {one.name: one for one in stages}
    names = list(by_name)
    between = {pair: count for pair, count in moves.items() if set(pair) <= set(names)}
    total = sum(between.values())

    def breaking(order: Sequence[str]) -> str:
        wrong = broken(order, between)
        return f"; {wrong:.0f} of {total:.0f} observed moves go back" if total else ""

    ranked = [one for one in stages if one.sort_order is not None]
    if len(ranked) > 1:
        weights = {
            (one.name, other.name): BINDING
            for one in ranked
            for other in ranked
            if (one.sort_order or 0) < (other.sort_order or 0)
        }
        for pair, count in between.items():
            weights[pair] = weights.get(pair, 0.0) + count
        order = order_of_moves(names, weights, _ranks(stages))
        return [by_name[name] for name in order], f"the CRM's table of stages{breaking(order)}"
    numbers = [one.said.number for one in stages]
    if len(stages) > 1 and None not in numbers and len(set(numbers)) == len(numbers):
        order = sorted(names, key=lambda name: (by_name[name].said.number or 0, name))
        return [by_name[name] for name in order], f"the numbers in the names{breaking(order)}"
    ranks = _ranks(stages)
    order = order_of_moves(names, between, ranks)
    if total:
        why = f"the order that breaks the fewest moves{breaking(order)}"
    elif any(one.probability is not None for one in stages):
        why = "the probabilities the CRM shows, and the names"
    else:
        why = "the names of the stages alone: no history tells their order"
    return [by_name[name] for name in order], why


def _ranks(stages: Sequence[Stage]) -> dict[str, float]:
    """Where names and probabilities expect a stage: 0 to 100."""
    known: dict[str, float] = {}
    for one in stages:
        if one.sort_order is not None and all(other.sort_order is not None for other in stages):
            known[one.name] = one.sort_order
        elif one.said.place is not None:
            known[one.name] = float(one.said.place)
        elif one.probability is not None:
            known[one.name] = 100 * one.probability
    chances = {one.probability for one in stages}
    if None not in chances and len(chances) == len(stages):
        return {one.name: 100 * float(one.probability or 0) for one in stages}
    return known


def _qualify(funnel: Funnel) -> None:
    """The first open stage at which a deal counts as qualified."""
    stages = funnel.open
    by_name = [place for place, one in enumerate(stages) if one.said.is_qualified]
    if by_name:
        funnel.qualified_from, funnel.is_sure_of_qualified = by_name[0], True
        funnel.why_qualified = "its name says so"
        return
    chances = [
        place for place, one in enumerate(stages) if (one.probability or 0) >= QUALIFIED_FROM
    ]
    if chances and any((one.probability or 0) < QUALIFIED_FROM for one in stages):
        funnel.qualified_from = chances[0]
        funnel.why_qualified = f"the first the CRM gives {QUALIFIED_FROM:.0%} or more"
        return
    places = [place for place, one in enumerate(stages) if (one.said.place or 0) >= QUALIFIED_PLACE]
    if places:
        funnel.qualified_from = places[0]
        funnel.why_qualified = "the first that is past prospecting and qualification by its name"
        return
    funnel.qualified_from = 1 if len(stages) > 2 else 0
    funnel.why_qualified = "no name and no probability tells"


def _told(
    funnels: Sequence[Funnel],
    source: str,
    moves: Mapping[tuple[str, str], float],
    has_others: bool,
) -> Proposal:
    """`has_others`: deals of no pipeline, or of one without stages of its own, are of the first."""
    rows: list[dict[str, Any]] = []
    decided: list[str] = []
    evidence: list[str] = []
    questions: list[Question] = []
    taken: dict[str, Id] = {}
    pipeline_ids: set[str] = set()
    shared = Counter(one.name for funnel in funnels for one in [*funnel.open, *funnel.closed])
    seen_closed: set[str] = set()
    for number, funnel in enumerate(funnels):
        named = slug(funnel.pipeline or "") or f"pipeline_{number}"
        pipeline_id = free("main" if number == 0 else named, pipeline_ids)
        pipeline_ids.add(pipeline_id)
        of = f" of `{funnel.pipeline}`" if funnel.pipeline else ""
        if not funnel.open:
            questions.append(
                Question(
                    f"No stage{of} seems open: which ones are?",
                    "every deal counts as closed.",
                    MAP,
                )
            )
        ids: dict[str, str] = {}
        for place, one in enumerate(funnel.open, start=1):
            ids[one.name] = _stage_id(one.label, pipeline_id, taken)
            rows.append(
                _row(
                    source,
                    one,
                    funnel.pipeline
                    if shared[one.name] > 1 and funnel.pipeline and not (has_others and not number)
                    else "",
                    stage_id=ids[one.name],
                    stage_name=one.label,
                    pipeline_id=pipeline_id,
                    stage_order=place,
                    is_qualified=place > funnel.qualified_from,
                    expected_days=_expected_days(one, funnel),
                )
            )
        rows += _renamed(funnel, rows, shared, source)
        if funnel.open:
            decided.append(
                f"Open stages{of}: " + " → ".join(f"`{one.label}`" for one in funnel.open) + "."
                f" Order by {funnel.why_order}."
            )
        else:
            decided.append(f"Open stages{of}: none.")
        last = len(funnel.open) + 1
        for one in sorted(
            funnel.closed, key=lambda one: (one.outcome == "lost", -one.deals, one.name)
        ):
            if one.name in seen_closed:
                continue
            seen_closed.add(one.name)
            is_won = one.outcome == "won"
            ids[one.name] = _closed_id(one, taken)
            rows.append(
                _row(
                    source,
                    one,
                    "",
                    stage_id=ids[one.name],
                    stage_name=one.label,
                    pipeline_id="main",
                    stage_order=max(last, 90) + (0 if is_won else 5),
                    is_qualified=is_won,
                    is_won=is_won,
                    is_lost=not is_won,
                )
            )
        evidence += _evidence(funnel)
        questions += _questions(funnel, of, moves)
    questions += _days_unknown(funnels)
    for outcome in ("won", "lost"):
        if not any(row[f"is_{outcome}"] for row in rows):
            questions.append(
                Question(
                    f"No stage says that a deal is {outcome}: which one does?",
                    f"no deal counts as {outcome}.",
                    MAP,
                )
            )
        else:
            names = listed([row["stage_name"] for row in rows if row[f"is_{outcome}"]])
            decided.append(f"{outcome.capitalize()}: {names}.")
    return Proposal(
        "Stages", tuple(decided), tuple(evidence), tuple(questions), rows={"stage_map": rows}
    )


def _renamed(
    funnel: Funnel, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, int], source: str
) -> list[dict[str, Any]]:
    by_name = {row["raw_stage"]: row for row in rows}
    return [
        {**by_name[one.becomes], "raw_stage": one.name}
        for one in funnel.old
        if one.becomes in by_name
    ]


def _row(source: str, one: Stage, pipeline: str, **told: Any) -> dict[str, Any]:
    return {
        "source": source,
        "pipeline": pipeline,
        "raw_stage": one.name,
        "valid_from": "",
        "valid_to": "",
        "is_won": False,
        "is_lost": False,
        "expected_days": "",
        **told,
    }


def slug(text: str) -> str:
    """Empty where nothing but a number or letters that are not Latin are there."""
    return re.sub(r"[^a-z0-9]+", "_", plain(re.sub(r"^\W*\d+%?\W+", "", text))).strip("_")


def _stage_id(label: str, pipeline_id: str, taken: dict[str, Id]) -> str:
    """A name for the stage that no other one has, of whichever pipeline."""
    numbers = re.findall(r"\d+", label)
    wanted = slug(label) or "_".join(["stage", *numbers])
    if wanted in ("unmapped", "all", "none"):
        wanted = f"{wanted}_stage"
    if wanted in taken and taken[wanted].pipeline_id != pipeline_id:
        wanted = f"{pipeline_id}_{wanted}"
    wanted = free(wanted, taken)
    taken[wanted] = Id(pipeline_id, label)
    return wanted


def _closed_id(one: Stage, taken: dict[str, Id]) -> str:
    """Names that read the same are one outcome, in whichever pipeline deals end in them."""
    for known, of in taken.items():
        if of.outcome == one.outcome and of.label.strip().lower() == one.label.strip().lower():
            return known
    usual = f"closed_{one.outcome}"
    found = usual if usual not in taken else _stage_id(one.label, "main", taken)
    taken[found] = Id("main", one.label, one.outcome)
    return found


def _expected_days(one: Stage, funnel: Funnel) -> int:
    """How long a visit takes, in whole days.

    Visits of the stage that have ended tell it. Where they are fewer than ENOUGH_VISITS, those of
    the whole funnel stand for the ones that are missing: a company whose deals take two months is
    not stalled for being small.
    """
    ended = sum(each.ended for each in funnel.open)
    if ended < ENOUGH_VISITS:
        return EXPECTED_DAYS
    days = one.days or 0.0
    if one.ended < ENOUGH_VISITS:
        usual = sum((each.days or 0.0) * each.ended for each in funnel.open) / ended
        days = (days * one.ended + usual * (ENOUGH_VISITS - one.ended)) / ENOUGH_VISITS
    return max(1, min(LONGEST_DAYS, round(days)))


def _days_unknown(funnels: Sequence[Funnel]) -> list[Question]:
    """What is expected of a stage decides which of its deals are called stalled."""
    if all(one.ended >= ENOUGH_VISITS for funnel in funnels for one in funnel.open):
        return []
    # Without names and days, which would make it another question every month.
    return [
        Question(
            f"How many days may a deal stay in the stages of which fewer than {ENOUGH_VISITS}"
            " visits have ended? How long they took so far stands under Stages.",
            "what visits of all stages took stands for the missing ones, or"
            f" {EXPECTED_DAYS} days where fewer than {ENOUGH_VISITS} have ended at all; a deal"
            " counts as stalled beyond one and a half times that.",
            f"{MAP}, column expected_days",
        )
    ]


def _evidence(funnel: Funnel) -> list[str]:
    found = []
    for one in [*funnel.open, *funnel.old, *funnel.rare, *funnel.closed]:
        seen = f"{one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}" if one.first and one.last else "never"
        stays = f", {one.days:.0f} days in it" if one.days is not None else ""
        found.append(
            f"`{one.label}`: {counted(one.deals, 'deal')} in it now,"
            f" {counted(one.visits, 'visit')}, seen {seen}{stays};"
            f" {one.outcome} by {one.why}"
        )
    return found


def _questions(funnel: Funnel, of: str, moves: Mapping[tuple[str, str], float]) -> list[Question]:
    found = []
    if funnel.open and not funnel.is_sure_of_qualified:
        first = funnel.open[min(funnel.qualified_from, len(funnel.open) - 1)]
        found.append(
            Question(
                f"From which stage on is a deal{of} qualified? Proposed: `{first.label}`"
                f" ({funnel.why_qualified}).",
                f"`{first.label}` and what follows it count as qualified.",
                f"{MAP}, column is_qualified",
            )
        )
    unknown = [
        one
        for one in funnel.open
        if one.sort_order is None
        and one.said.place is None
        and one.said.number is None
        and not any(one.name in pair for pair in moves)
    ]
    if unknown:
        found.append(
            Question(
                f"Where{of} do {listed([one.label for one in unknown])} belong? No move, no number"
                " and no word tells.",
                "their place is a guess, and they count as open.",
                f"{MAP}, column stage_order",
            )
        )
    # Where deals come to and nobody leaves, they may have ended.
    ends = [
        one
        for one in funnel.open
        if one.visits >= ENOUGH_VISITS and not one.ended and one.said.place is None
    ]
    if ends:
        found.append(
            Question(
                f"Do deals end in {listed([one.label for one in ends])}, won or lost? No deal that"
                f" came there has moved on.",
                "they count as open.",
                f"{MAP}, columns is_won and is_lost",
            )
        )
    closings = [one for one in funnel.closed if one.why == ONLY_CLOSING]
    if closings:
        found.append(
            Question(
                f"Is {listed([one.label for one in closings])} won? Its name says that a deal ends"
                " there, and no other stage is won.",
                "it counts as won.",
                MAP,
            )
        )
    for one in funnel.old:
        found.append(
            Question(
                f"Is `{one.label}` the old name of `{one.becomes}`? It was last entered on"
                f" {one.last:%Y-%m-%d} and stands at the same place.",
                "both names are one stage.",
                MAP,
            )
        )
    for one in funnel.rare:
        found.append(
            Question(
                f"Is `{one.label}` a stage? Deals were in it {one.visits} times.",
                "it is not mapped, and those visits stand in the stage `unmapped`.",
                MAP,
            )
        )
    doubtful = [one for one in funnel.closed if one.said.is_doubtful and one.why == "its name"]
    if doubtful:
        found.append(
            Question(
                f"Is {listed([one.label for one in doubtful])} lost, or was it never a deal?",
                "it counts as lost.",
                MAP,
            )
        )
    return found
