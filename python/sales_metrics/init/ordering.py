"""The order of a few things that breaks the fewest moves between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

# Above this many the exact search would look at more than a few thousand sets.
EXACT = 12


def order_of_moves(
    names: Sequence[str],
    moves: Mapping[tuple[str, str], float],
    ranks: Mapping[str, float] | None = None,
) -> list[str]:
    """Names in the order that breaks the fewest moves; between equal orders the ranks decide.

    Ranks: where a name is expected for other reasons, the lower the earlier.
    """
    known = ranks or {}
    expected = sorted(names, key=lambda name: (known.get(name, 0.0), name))
    weights = {
        (one, other): moves.get((one, other), 0.0) + _leaning(known, one, other)
        for one in names
        for other in names
        if one != other
    }
    if len(expected) <= EXACT:
        return _exactly(expected, weights)
    return _by_moving(expected, weights)


def broken(order: Sequence[str], moves: Mapping[tuple[str, str], float]) -> float:
    """How many moves an order breaks."""
    places = {name: place for place, name in enumerate(order)}
    return sum(
        count
        for (one, other), count in moves.items()
        if one in places and other in places and places[one] > places[other]
    )


def _leaning(ranks: Mapping[str, float], one: str, other: str) -> float:
    """Far less than a move: it decides between orders that break equally many."""
    if one not in ranks or other not in ranks:
        return 0.0
    return 1e-3 if ranks[one] < ranks[other] else 0.0


def _exactly(names: Sequence[str], weights: Mapping[tuple[str, str], float]) -> list[str]:
    """Over all sets of names, the best order of each: the set without its last, and that last."""
    costs: dict[frozenset[str], tuple[float, tuple[str, ...]]] = {frozenset(): (0.0, ())}
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            there = frozenset(chosen)
            best: tuple[float, tuple[str, ...]] | None = None
            for last in chosen:
                before = there - {last}
                cost, order = costs[before]
                cost += sum(weights[last, one] for one in before)
                if best is None or (round(cost, 9), order) < (round(best[0], 9), best[1][:-1]):
                    best = (cost, (*order, last))
            assert best is not None
            costs[there] = best
    return list(costs[frozenset(names)][1])


def _by_moving(names: Sequence[str], weights: Mapping[tuple[str, str], float]) -> list[str]:
    """From the expected order on, each name goes where it breaks least, until none gains."""
    order = sorted(
        names,
        key=lambda name: sum(
            weights[other, name] - weights[name, other] for other in names if other != name
        ),
    )
    is_better = True
    while is_better:
        is_better = False
        for name in list(order):
            rest = [one for one in order if one != name]
            costs = [_cost([*rest[:at], name, *rest[at:]], weights) for at in range(len(order))]
            at = min(range(len(order)), key=lambda place: (round(costs[place], 9), place))
            if costs[at] < _cost(order, weights) - 1e-9:
                order = [*rest[:at], name, *rest[at:]]
                is_better = True
    return order


def _cost(order: Sequence[str], weights: Mapping[tuple[str, str], float]) -> float:
    return sum(
        weights[later, earlier] for place, later in enumerate(order) for earlier in order[:place]
    )
