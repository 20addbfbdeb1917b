"""What the name of a stage says by itself, in the languages of stage_names.yml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sales_metrics.init.tables import plain
from sales_metrics.project import read_yaml

# What people write around the name itself.
AROUND = {
    "deal",
    "deals",
    "opportunity",
    "opp",
    "stage",
    "phase",
    "stufe",
    "etape",
    "etapa",
    "fase",
}
CLOSED = {
    "closed",
    "geschlossen",
    "abgeschlossen",
    "ferme",
    "fermee",
    "cerrado",
    "cerrada",
    "chiuso",
    "chiusa",
    "fechado",
    "gesloten",
    "finished",
    "beendet",
    "erledigt",
    "termine",
    "terminado",
}
# From which place on a stage is no more looking for deals, nor finding out whether they are any.
QUALIFYING_PLACE = 30
QUALIFIED_PLACE = 35
# The place of what is about to be won.
BEFORE_CLOSING = 90
NUMBER = re.compile(r"^(?:s|p|stage|phase|stufe|etape|etapa|fase|step)? ?(\d{1,3})(?: ?%)?(?= |$)")


@dataclass(frozen=True)
class Said:
    """`outcome`: won, lost or open, None where the name does not tell; `place`: in a funnel."""

    outcome: str | None = None
    place: int | None = None
    number: int | None = None
    is_qualified: bool = False
    is_doubtful: bool = False
    # It names the end of a deal and not how it ended.
    is_closing: bool = False


def said(name: str) -> Said:
    text = plain(name)
    number = NUMBER.match(text)
    words = [word for word in re.sub(NUMBER, "", text).split() if not re.fullmatch(r"\d+%?", word)]
    words = _glued().get("".join(words), words)
    core = [word for word in words if word not in AROUND] or words
    outcome, place = _longest(words, core)
    told = _names()
    return Said(
        outcome=outcome,
        place=place,
        number=int(number[1]) if number else None,
        is_qualified=(place or 0) >= QUALIFIED_PLACE and _holds(words, told["qualified"]),
        is_doubtful=outcome == "lost" and _holds(words, told["doubtful"]),
        is_closing=" ".join(core) in told["closing"],
    )


def _longest(words: Sequence[str], core: Sequence[str]) -> tuple[str | None, int | None]:
    """What the longest phrase of a name says; one that is the whole name goes first."""
    is_closed = bool(CLOSED & set(words))
    found: tuple[tuple[bool, int, int, int], str, str, int | None] | None = None
    for phrase, (outcome, place, is_certain) in _phrases().items():
        is_whole = phrase in (" ".join(core), " ".join(words))
        tells = outcome == "open" or is_certain or is_closed
        if not (is_whole or (tells and _holds(words, [phrase]))):
            continue
        weight = (is_whole, len(phrase.split()), int(outcome != "open"), len(phrase))
        if found is None or weight > found[0]:
            found = (weight, phrase, outcome, place)
    if not found:
        return None, None
    _, phrase, outcome, place = found
    if outcome == "won" and not found[0][0]:
        before = f" {' '.join(words)} ".partition(f" {phrase} ")[0].split()
        told = _names()
        if _holds(words, told["elsewhere"]) or _holds(before, told["ahead"]):
            return "open", BEFORE_CLOSING
        if before[-1:] and before[-1] in told["denied"]:
            return "lost", None
    return outcome, place


def _holds(words: Sequence[str], phrases: Sequence[str]) -> bool:
    return any(f" {phrase} " in f" {' '.join(words)} " for phrase in phrases)


@cache
def _glued() -> dict[str, list[str]]:
    """Names as a CRM's ids spell them: `closedwon`."""
    return {phrase.replace(" ", ""): phrase.split() for phrase in _phrases() if " " in phrase}


@cache
def _names() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("stage_names.yml"))


@cache
def _phrases() -> dict[str, tuple[str, int | None, bool]]:
    told = _names()
    certain = {phrase for line in told["certain"] for phrase in line}
    found: dict[str, tuple[str, int | None, bool]] = {}
    for place, phrases in told["open"].items():
        found |= {phrase: ("open", int(place), False) for phrase in phrases}
    for outcome in ("lost", "won"):
        for line in told[outcome]:
            found |= {phrase: (outcome, None, phrase in certain) for phrase in line}
    return found
