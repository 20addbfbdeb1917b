"""`sales-metrics`: the commands around the dbt project."""

from __future__ import annotations

import datetime as dt
import io
import sys
import time
from pathlib import Path
from typing import NoReturn

import click
import duckdb

from sales_metrics.changes.command import diff
from sales_metrics.compare.command import compare
from sales_metrics.doctor.command import doctor
from sales_metrics.errors import (
    CHECK_FAILED,
    STOPPED,
    USAGE,
    SalesMetricsError,
    from_system,
    unexpected,
)
from sales_metrics.expectations.command import expectations
from sales_metrics.job.command import run
from sales_metrics.publishing.command import builds, publish, report, rollback
from sales_metrics.remember import command as remember


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Sales metrics from raw CRM tables: built by dbt, checked, published whole or not at all."""


for command in (
    *(run, doctor, report, builds, rollback, diff, publish, expectations, compare, remember),
):
    cli.add_command(command)


@cli.command()
@click.option(
    "--company",
    type=click.Choice(["kelvinmark", "quiet", "sailmark"]),
    default="kelvinmark",
    show_default=True,
    help="Kelvinmark hides a leak in enterprise; Quiet is the same company without it; Sailmark is"
    " eight reps, of whom the busiest converts least (its size is fixed).",
)
@click.option("--seed", type=int, default=None, help="Other chance, same truth.")
@click.option("--opportunities", type=int, default=None, help="How many; people grow with it.")
@click.option("--history-rows", type=float, default=None, help="History rows per opportunity.")
@click.option("--activities", type=float, default=None, help="Tasks and events per opportunity.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Export as the CRM stood at the end of this day (default: two weeks after the story).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Raw folder to write; files of an earlier export in it are replaced.",
)
@click.option("--story", is_flag=True, help="Print what the raw rows say, by fiscal quarter.")
def demo(
    company: str,
    seed: int | None,
    opportunities: int | None,
    history_rows: float | None,
    activities: float | None,
    until: dt.datetime | None,
    out: Path,
    story: bool,
) -> None:
    """Write the raw tables of a demo company."""
    from sales_metrics.demo import sailmark
    from sales_metrics.demo.company import HORIZON, named_company
    from sales_metrics.demo.export import write_company

    if company == "sailmark":
        if (opportunities, history_rows, activities) != (None, None, None) or story:
            raise SalesMetricsError(
                "Sailmark takes --seed, --until and --out; its size is fixed and its story is told"
                " by marts.scorecard_rep."
            )
        day = until.date() if until else sailmark.HORIZON
        sailmark.write_sailmark(out, day, sailmark.SEED if seed is None else seed)
        click.echo(f"sailmark in {out}")
        return
    started = time.monotonic()
    wanted = named_company(
        company,
        seed=seed,
        opportunities=opportunities,
        history_rows=history_rows,
        activities=activities,
    )
    write_company(wanted, out, until.date() if until else HORIZON)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    click.echo(
        f"{wanted.name}, seed {wanted.seed}: {wanted.opportunities:,} opportunities in "
        f"{out} ({size / 1e6:.1f} MB, {time.monotonic() - started:.1f} s)"
    )
    if story:
        from sales_metrics.demo.story import read_story, render

        click.echo(render(read_story(out)))


@cli.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the page is not fresh.")
def glossary(check: bool) -> None:
    """Write docs/metrics.md from the seeds of the catalog."""
    from sales_metrics.glossary import glossary as page

    repo = Path(__file__).resolve().parents[2]
    path, text = repo / "docs" / "metrics.md", page(repo)
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        click.echo("docs/metrics.md is not fresh: run `sales-metrics glossary`.", err=True)
        sys.exit(1)


def main() -> None:
    """Run the program; whatever happens is told in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        # Names of files need not be text; they are shown all the same.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_place()
        code = cli(standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            sys.exit(error.exit_code)
        help_of = error.ctx.command_path.split()[-1] if error.ctx else ""
        hint = f"`sales-metrics {help_of} --help` lists what there is."
        _end(f"{error.format_message().rstrip('.')}; {hint}", error.exit_code)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end("Stopped before it was done; what was served before still serves.", STOPPED)
    except SalesMetricsError as error:
        _end(str(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read the output has had enough.
        sys.stdout = io.StringIO()
        sys.exit(CHECK_FAILED)
    except (OSError, duckdb.Error) as error:
        _end(str(from_system(error, None)), USAGE)
    except Exception as error:
        told = unexpected(error)
        _end(str(told), told.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _check_place() -> None:
    try:
        Path.cwd()
    except OSError:
        raise SalesMetricsError(
            "The folder this was started in is gone: change into one that exists."
        ) from None


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(f"sales-metrics: {sentence}", err=True)
    # What cannot be written now must not be tried again at the end.
    sys.stdout = io.StringIO()
    sys.exit(code)
