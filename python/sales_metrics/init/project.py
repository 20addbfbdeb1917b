"""`init` from end to end: begin a project, or look again at one that is there."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError
from sales_metrics.init import writing
from sales_metrics.init.proposals import Proposal, merged
from sales_metrics.init.proposing import Ask, Looked, all_rows, all_vars, answered, looked, proposed
from sales_metrics.init.reading import RAW
from sales_metrics.init.recipes import lay
from sales_metrics.init.shapes import shaped
from sales_metrics.project import PROJECT
from sales_metrics.sql import connect

# Names that begin so are no export to staging.
COPIES = "_utf8"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    lines: tuple[str, ...]


def begin(*, package: str, ask: Ask | None, target: Path, **told: Any) -> Outcome:
    """A project in an empty folder; `told`: what `_read` takes."""
    target.mkdir(parents=True, exist_ok=True)
    seen, proposals = _read(target, {}, **told)
    if ask:
        proposals = answered(proposals, ask)
    vars, rows = all_vars(seen.plan, proposals), all_rows(proposals)
    # A folder that says its day itself goes on saying it.
    if seen.plan.raw_folder and seen.landing.as_of:
        vars.pop("as_of_date", None)
    writing.write(target, PROJECT, package, seen.plan, vars, rows, proposals)
    _dependencies(target)
    questions = [question for one in proposals for question in one.questions]
    decided = [f"{one.title}: {line}" for one in proposals for line in one.decided[:2]]
    return Outcome(
        (
            *decided,
            f"{len(questions)} questions are left, in {target / writing.PROPOSAL}; the build does"
            " without their answers.",
            f"Next: cd {target} && dbt build",
        )
    )


def again(*, adds: bool, target: Path, **told: Any) -> Outcome:
    """What is new for a project that is there; `told`: what `_read` takes."""
    written = {
        name: value
        for name, value in writing.package_vars(target).items()
        if name.startswith(("raw_", "waived", "left_out", "crm_sources")) and name != "raw_folder"
    }
    seen, proposals = _read(target, written, **told)
    rows = all_rows(proposals)
    given = all_vars(seen.plan, proposals)
    given.pop("as_of_date", None)
    new = writing.news(target, rows, given, proposals)
    writing.write_news(target, PROJECT, new, rows, proposals, adds)
    count = sum(len(more) for more in new[0].values())
    lines = [
        f"{count} new rows, {len(new[1])} new vars, {len(new[2])} new questions:"
        f" {target / writing.NEWS} has them."
    ]
    if count and not adds:
        lines.append("Nothing was changed: --add adds the rows behind the last of their seeds.")
    return Outcome(tuple(lines))


def _read(
    target: Path,
    written: Mapping[str, Any],
    *,
    place: Path,
    work: Path,
    dates: str | None,
    today: dt.date,
    say: Say,
) -> tuple[Looked, list[Proposal]]:
    """What lies there, laid down for staging, and what is proposed of it.

    `written`: the vars in which a person says how to read it.
    """
    with connect() as connection:
        seen = looked(place, PROJECT, connection, dates, target / RAW / COPIES)
        say(f"Read {len(seen.landing.tables)} tables of {place}; dbt reads them now.")
        lay(writing.recipe_files(target, seen.plan), connection)
    raw = seen.plan.raw_folder or target / RAW
    raw.mkdir(parents=True, exist_ok=True)
    vars = merged(seen.plan.vars, written)
    with shaped(PROJECT, work, raw.resolve(), vars, seen.plan.attached) as shapes:
        return seen, proposed(seen, shapes, PROJECT, today)


def _dependencies(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "deps"],
        cwd=target,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = (done.stdout or done.stderr).strip().splitlines()
        raise SalesMetricsError(
            f"The project is written, but `dbt deps` in {target} failed: {told[-1] if told else ''}"
        )
