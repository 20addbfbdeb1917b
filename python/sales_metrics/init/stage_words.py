"""What the name of a stage says by itself, in the languages of stage_names.yml."""

from __future__ import annotations

import re
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
NUMBER = re.compile(r"^(?:s|p|stage|phase|stufe|etape|etapa|fase|step)? ?(\d{1,3})(?: ?%)?(?= |$)")


@dataclass(frozen=True)
class Said:
    """`outcome`: won, lost or open, None where the name does not tell; `place`: in a funnel."""

    outcome: str | None = None
    place: int | None = None
    number: int | None = None
    is_qualified: bool = False
    is_doubtful: bool = False


def said(name: str) -> Said:
    text = plain(name)
    number = NUMBER.match(text)
    words = [word for word in re.sub(NUMBER, "", text).split() if not re.fullmatch(r"\d+%?", word)]
    core = [word for word in words if word not in AROUND] or words
    whole = " ".join(core)
    found: tuple[tuple[bool, int, int, int], str, int | None] | None = None
    for phrase, (outcome, place, is_certain) in _phrases().items():
        is_whole = phrase in (whole, " ".join(words))
        is_inside = f" {phrase} " in f" {' '.join(words)} "
        if not (is_whole or (is_inside and (outcome == "open" or is_certain))):
            continue
        weight = (is_whole, len(phrase.split()), int(outcome != "open"), len(phrase))
        if found is None or weight > found[0]:
            found = (weight, outcome, place)
    kind, where = (found[1], found[2]) if found else (None, None)
    told = _names()
    return Said(
        outcome=kind,
        place=where,
        number=int(number[1]) if number else None,
        is_qualified=kind == "open"
        and any(f" {one} " in f" {' '.join(words)} " for one in told["qualified"]),
        is_doubtful=kind == "lost" and any(one in words for one in told["doubtful"]),
    )


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
