"""The stage map: which stages there are, in which order, from where on a deal is qualified.

The CRM's own table of stages comes first. Where there is none, the order is the one that breaks the
fewest observed moves, and names and probabilities decide what the moves leave open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sales_metrics.init.funnels import Funnel, funnel_of
from sales_metrics.init.proposals import Proposal, Question, counted, free, listed
from sales_metrics.init.stage_evidence import (
    ONLY_CLOSING,
    Evidence,
    Moves,
    Stage,
    moves_of,
    pipelines_of,
    spelled_alike,
    stages_of,
    within,
)
from sales_metrics.init.tables import plain

# Visits that end a median can be told from, and the days that stand for it before.
ENOUGH_VISITS = 10
EXPECTED_DAYS = 14
LONGEST_DAYS = 365
# The place of closed stages, behind all open ones.
LAST = 90
MAP = "seeds/my_stage_map.csv"


@dataclass(frozen=True)
class Id:
    """What a stage_id that is taken stands for; `outcome`: won or lost, of a closed one."""

    pipeline_id: str
    label: str
    outcome: str | None = None


def proposed(evidence: Evidence, source: str) -> Proposal:
    """The map of one CRM, with its evidence and questions."""
    evidence, spellings = spelled_alike(evidence)
    stages = stages_of(evidence)
    if not stages:
        return Proposal("Stages", decided=("No deal names a stage.",))
    pipelines = pipelines_of(stages)
    has_others = bool(pipelines) and any(
        one.deals and one.pipeline not in pipelines for one in stages
    )
    if any(one.pipeline for one in stages):
        stages = stages_of(within(evidence, pipelines, stages))
    moves = moves_of(evidence.changes)
    parts: Sequence[str | None] = pipelines or [None]
    funnels = [
        funnel_of(pipeline, [one for one in stages if one.pipeline == pipeline], moves)
        for pipeline in parts
    ]
    return _spelled_as_found(_told(funnels, source, moves, has_others), spellings)


def _spelled_as_found(proposal: Proposal, spellings: Mapping[str, Sequence[str]]) -> Proposal:
    """A row for each spelling: raw names are compared as they are written."""
    rows = [
        {**row, "raw_stage": name}
        for row in proposal.rows["stage_map"]
        for name in (row["raw_stage"], *spellings.get(row["raw_stage"], ()))
    ]
    return replace(proposal, rows={"stage_map": rows})


def _told(funnels: Sequence[Funnel], source: str, moves: Moves, has_others: bool) -> Proposal:
    """`has_others`: deals of no pipeline, or of one without stages of its own, are of the first."""
    rows: list[dict[str, Any]] = []
    decided: list[str] = []
    evidence: list[str] = []
    questions: list[Question] = []
    taken: dict[str, Id] = {}
    pipeline_ids: set[str] = set()
    pipelines = Counter(one.name for funnel in funnels for one in [*funnel.open, *funnel.closed])
    for number, funnel in enumerate(funnels):
        named = slug(funnel.pipeline or "") or f"pipeline_{number}"
        pipeline_id = free("main" if number == 0 else named, pipeline_ids)
        pipeline_ids.add(pipeline_id)
        is_of_any = has_others and number == 0
        shared = [name for name, count in pipelines.items() if count > 1 and not is_of_any]
        own = _open_rows(funnel, source, pipeline_id, shared, taken)
        rows += own + _renamed(funnel, own)
        of = f" of `{funnel.pipeline}`" if funnel.pipeline else ""
        names = " → ".join(f"`{one.label}`" for one in funnel.open) or "none"
        order = f" Order by {funnel.why_order}." if funnel.open else ""
        decided.append(f"Open stages{of}: {names}.{order}")
        evidence += _evidence(funnel)
        questions += _questions(funnel, of, moves)
    # Where deals end is one place for all pipelines.
    rows += _closed_rows(funnels, source, taken)
    questions += _days_unknown(funnels)
    for outcome in ("won", "lost"):
        names = listed([row["stage_name"] for row in rows if row[f"is_{outcome}"]])
        if names:
            decided.append(f"{outcome.capitalize()}: {names}.")
        else:
            asked = f"No stage says that a deal is {outcome}: which one does?"
            questions.append(Question(asked, f"no deal counts as {outcome}.", MAP))
    return Proposal(
        "Stages", tuple(decided), tuple(evidence), tuple(questions), rows={"stage_map": rows}
    )


def _open_rows(
    funnel: Funnel, source: str, pipeline_id: str, shared: Collection[str], taken: dict[str, Id]
) -> list[dict[str, Any]]:
    """`shared`: names that another pipeline has too, of which each names its own."""
    return [
        _row(
            source,
            one,
            pipeline=funnel.pipeline or "" if one.name in shared else "",
            stage_id=_stage_id(one.label, pipeline_id, taken),
            pipeline_id=pipeline_id,
            stage_order=place,
            is_qualified=place > funnel.qualified_from,
            expected_days=_expected_days(one, funnel),
        )
        for place, one in enumerate(funnel.open, start=1)
    ]


def _renamed(funnel: Funnel, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    by_name = {row["raw_stage"]: row for row in rows}
    return [
        {**by_name[one.becomes], "raw_stage": one.name}
        for one in funnel.old
        if one.becomes in by_name
    ]


def _closed_rows(
    funnels: Sequence[Funnel], source: str, taken: dict[str, Id]
) -> list[dict[str, Any]]:
    closed = {one.name: one for funnel in reversed(funnels) for one in funnel.closed}
    last = max(LAST, *(len(funnel.open) + 1 for funnel in funnels))
    rows = []
    for one in sorted(
        closed.values(), key=lambda one: (one.outcome == "lost", -one.deals, one.name)
    ):
        is_won = one.outcome == "won"
        rows.append(
            _row(
                source,
                one,
                stage_id=_closed_id(one, taken),
                pipeline_id="main",
                stage_order=last if is_won else last + 5,
                is_qualified=is_won,
                is_won=is_won,
                is_lost=not is_won,
            )
        )
    return rows


def _row(source: str, one: Stage, **told: Any) -> dict[str, Any]:
    return {
        "source": source,
        "pipeline": "",
        "raw_stage": one.name,
        "stage_name": one.label,
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


def _questions(funnel: Funnel, of: str, moves: Moves) -> list[Question]:
    """Those of one pipeline, which `of` names."""
    if not funnel.open:
        asked = f"No stage{of} seems open: which ones are?"
        return [Question(asked, "every deal counts as closed.", MAP), *_closed_questions(funnel)]
    found = []
    if not funnel.is_sure_of_qualified:
        first = funnel.open[min(funnel.qualified_from, len(funnel.open) - 1)]
        found.append(
            Question(
                f"From which stage on is a deal{of} qualified? Proposed: `{first.label}`"
                f" ({funnel.why_qualified}).",
                f"`{first.label}` and what follows it count as qualified.",
                f"{MAP}, column is_qualified",
            )
        )
    moved = {name for pair in moves for name in pair}
    unknown = [
        one.label
        for one in funnel.open
        if one.sort_order is None
        and one.said.place is None
        and one.said.number is None
        and one.name not in moved
    ]
    if unknown:
        found.append(
            Question(
                f"Where{of} do {listed(unknown)} belong? No move, no number and no word tells.",
                "their place is a guess, and they count as open.",
                f"{MAP}, column stage_order",
            )
        )
    # Where deals come to and nobody leaves, they may have ended.
    ends = [
        one.label
        for one in funnel.open
        if one.visits >= ENOUGH_VISITS and not one.ended and one.said.place is None
    ]
    if ends:
        found.append(
            Question(
                f"Do deals end in {listed(ends)}, won or lost? No deal that came there has moved"
                " on.",
                "they count as open.",
                f"{MAP}, columns is_won and is_lost",
            )
        )
    found += [
        Question(
            f"Is `{one.label}` the old name of `{one.becomes}`? It was last entered on"
            f" {one.last:%Y-%m-%d} and stands at the same place.",
            "both names are one stage.",
            MAP,
        )
        for one in funnel.old
    ]
    found += [
        Question(
            f"Is `{one.label}` a stage? Deals were in it {one.visits} times.",
            "it is not mapped, and those visits stand in the stage `unmapped`.",
            MAP,
        )
        for one in funnel.rare
    ]
    return [*found, *_closed_questions(funnel)]


def _closed_questions(funnel: Funnel) -> list[Question]:
    found = []
    closings = [one.label for one in funnel.closed if one.why == ONLY_CLOSING]
    if closings:
        found.append(
            Question(
                f"Is {listed(closings)} won? Its name says that a deal ends there, and no other"
                " stage is won.",
                "it counts as won.",
                MAP,
            )
        )
    doubtful = [
        one.label for one in funnel.closed if one.said.is_doubtful and one.why == "its name"
    ]
    if doubtful:
        found.append(
            Question(
                f"Is {listed(doubtful)} lost, or was it never a deal?", "it counts as lost.", MAP
            )
        )
    return found
