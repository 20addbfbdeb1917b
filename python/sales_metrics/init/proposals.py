"""What a question's module gives back: rows and vars, why, and what only a person can know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What the evidence does not settle, what the build does meanwhile, and where to answer."""

    asked: str
    meanwhile: str
    answered_in: str
    # The var that an answer is, where one word answers it.
    var: str | None = None

    def __str__(self) -> str:
        return f"{self.asked} Meanwhile {self.meanwhile} Answer in {self.answered_in}."


@dataclass(frozen=True)
class Proposal:
    """One section of PROPOSAL.md with what it puts into the project."""

    title: str
    decided: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    # Rows of the user's seeds, by mapping.
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)


def merged(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested mappings as one; where both name a value, the second wins."""
    both = dict(given)
    for name, value in more.items():
        inner = both.get(name)
        if isinstance(inner, Mapping) and isinstance(value, Mapping):
            both[name] = merged(inner, value)
        else:
            both[name] = value
    return both


def listed(words: Sequence[object], most: int = 8) -> str:
    """Words in one line, the first of many."""
    shown = ", ".join(f"`{word}`" for word in words[:most])
    return shown + (f" and {len(words) - most} more" if len(words) > most else "")


def free(wanted: str, taken: Collection[str]) -> str:
    """The name, with a counter behind it where another one has it: `quote`, `quote_2`."""
    names = (wanted if number == 1 else f"{wanted}_{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def counted(number: int, what: str) -> str:
    """`1 deal`, `2 deals`: for nouns that take an s."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
