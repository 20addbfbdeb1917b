"""The stages of one pipeline: their order, their old names, from where on a deal is qualified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sales_metrics.init.ordering import broken, order_of_moves
from sales_metrics.init.stage_evidence import Moves, Stage
from sales_metrics.init.stage_words import QUALIFIED_PLACE, QUALIFYING_PLACE
from sales_metrics.init.tables import plain

# Of the visits of the busiest stage, the share below which one is a slip or an experiment.
IS_RARE = 0.01
# More than any number of moves.
BINDING = 1e12
# Days between the end of one label and the beginning of another that may be its new name.
RENAMED_WITHIN = 90
# What a CRM calls a chance at which a deal is looked into for good.
QUALIFIED_FROM = 0.2


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


def funnel_of(pipeline: str | None, stages: Sequence[Stage], moves: Moves) -> Funnel:
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


def _find_new_names(stages: Sequence[Stage], moves: Moves) -> None:
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


def _is_alike(old: Stage, new: Stage, moves: Moves) -> bool:
    if old.said.place and old.said.place == new.said.place:
        return True
    if set(plain(old.label).split()) & set(plain(new.label).split()) - {"the", "and", "of"}:
        return True
    return all(
        _likeliest(moves, old.name, way) is not None
        and _likeliest(moves, old.name, way) == _likeliest(moves, new.name, way)
        for way in (0, 1)
    )


def _likeliest(moves: Moves, name: str, way: int) -> str | None:
    """The stage most deals come from (0), or go to (1)."""
    beside = {pair[way]: count for pair, count in moves.items() if pair[1 - way] == name}
    return max(sorted(beside), key=lambda one: beside[one], default=None)


def _following(moves: Moves, stages: Sequence[Stage]) -> dict[tuple[str, str], float]:
    """Moves of old names count for the new one."""
    names = {one.name: one.becomes or one.name for one in stages}
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (one, other), count in moves.items():
        pair = (names.get(one, one), names.get(other, other))
        if pair[0] != pair[1]:
            found[pair] += count
    return dict(found)


def _ordered(stages: Sequence[Stage], moves: Moves) -> tuple[list[Stage], str]:
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
    for least, past in (
        (QUALIFIED_PLACE, "past prospecting and qualification"),
        (QUALIFYING_PLACE, "past prospecting"),
    ):
        places = [place for place, one in enumerate(stages) if (one.said.place or 0) >= least]
        if places:
            funnel.qualified_from = places[0]
            funnel.why_qualified = f"the first that is {past} by its name"
            return
    funnel.qualified_from = 1 if len(stages) > 2 else 0
    funnel.why_qualified = "no name and no probability tells"
