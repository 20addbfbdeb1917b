"""`sales-metrics init`."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sales_metrics.errors import SalesMetricsError
from sales_metrics.project import PACKAGE, PROJECT, read_yaml

if TYPE_CHECKING:
    from sales_metrics.init.proposals import Question

DATES = ("m/d/y", "d/m/y", "d-m-y", "d.m.y")
LONGEST_LINE = 600


@click.command(short_help="Propose a project from what lies in a raw folder or database.")
@click.argument("place", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--dates", type=click.Choice(DATES), help="How dates are written that read two ways.")
@click.option("--add", "adds", is_flag=True, help="Add new rows behind the last of the seeds.")
@click.option(
    "--package",
    default=str(PROJECT),
    help="The package: a folder, or the address of a git repository with @ and a revision behind;"
    " by default this installation.",
)
def init(place: Path, target: Path, dates: str | None, adds: bool, package: str) -> None:
    """Write a dbt project into TARGET, by default this folder, that builds from PLACE: a folder of
    exports, one file of them, or a DuckDB database, whichever loader has filled it.

    What is decided, from which evidence, and what only a person knows stands in PROPOSAL.md. In a
    TARGET that has a project it changes nothing a person wrote: it lays exports down again and says
    what is new in PROPOSAL-NEW.md. It asks nothing where nobody sits at a terminal.
    """
    # Imported here, so that the other commands start without it.
    from sales_metrics.init.project import Outcome, again, begin

    is_there = (target / "dbt_project.yml").is_file()
    if is_there and read_yaml(target / "dbt_project.yml").get("name") == PACKAGE:
        raise SalesMetricsError(
            f"{target.resolve()} is {PACKAGE} itself: name a folder for a project of yours, such as"
            " my_metrics."
        )
    if not is_there and target.is_dir():
        others = [one.name for one in target.iterdir() if one.resolve() != place.resolve()]
        others = [one for one in others if not one.startswith(".") and one != "raw"]
        if any(one in ("seeds", "models", "packages.yml", "profiles.yml") for one in others):
            raise SalesMetricsError(
                f"{target} has files of a project and no dbt_project.yml: name an empty folder."
            )
    with tempfile.TemporaryDirectory() as folder:
        told: dict[str, Any] = {
            "place": place,
            "target": target,
            "work": Path(folder),
            "dates": dates,
            "today": dt.date.today(),
            "say": click.echo,
        }
        outcome: Outcome = (
            again(**told, adds=adds)
            if is_there
            else begin(**told, package=package, ask=_asked if _is_terminal() else None)
        )
    for line in outcome.lines:
        # A funnel of sixty stages stands whole in PROPOSAL.md.
        click.echo(textwrap.shorten(line, LONGEST_LINE, placeholder=" …"))


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked(question: Question, default: str) -> str:
    return str(click.prompt(question.asked, default=default))
