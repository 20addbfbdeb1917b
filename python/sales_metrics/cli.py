"""`sales-metrics`: the commands around the dbt project."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import NoReturn

import click
import duckdb

from sales_metrics.commands.ack import ack
from sales_metrics.commands.diff import diff
from sales_metrics.commands.doctor import doctor
from sales_metrics.commands.expectations import expectations
from sales_metrics.commands.glossary import glossary
from sales_metrics.commands.init import init
from sales_metrics.commands.pages import pages
from sales_metrics.commands.published import builds, publish, report, rollback
from sales_metrics.commands.remember import remember_build
from sales_metrics.commands.run import run
from sales_metrics.errors import (
    CHECK_FAILED,
    STOPPED,
    USAGE,
    SalesMetricsError,
    from_system,
    unexpected,
)
from sales_metrics.stopping import stoppable


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Sales metrics from raw CRM tables: built by dbt, checked, published whole or not at all."""


COMMANDS = (
    *(init, run, doctor, pages, report, builds, rollback, diff, publish, expectations),
    *(ack, remember_build, glossary),
)
for command in COMMANDS:
    cli.add_command(command)


def main(command: click.Command = cli, name: str = "sales-metrics") -> None:
    """Run a program; whatever happens is told in one sentence that begins with its name."""
    for stream in (sys.stdout, sys.stderr):
        # Names of files need not be text; they are shown all the same.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_place()
        with stoppable():
            code = command(prog_name=name, standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            sys.exit(error.exit_code)
        hint = f"`{error.ctx.command_path if error.ctx else name} --help` lists what there is."
        said = error.format_message().rstrip(".")
        # What click asks ends with its own sign.
        _end(name, f"{said}{' ' if said.endswith('?') else '; '}{hint}", error.exit_code)
    except click.ClickException as error:
        _end(name, error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end(name, "Stopped before it was done; what was served before still serves.", STOPPED)
    except SalesMetricsError as error:
        _end(name, str(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read the output has had enough.
        sys.stdout = io.StringIO()
        sys.exit(CHECK_FAILED)
    except (OSError, duckdb.Error) as error:
        _end(name, str(from_system(error, None)), USAGE)
    except Exception as error:
        told = unexpected(error)
        _end(name, str(told), told.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _check_place() -> None:
    try:
        Path.cwd()
    except OSError:
        raise SalesMetricsError(
            "The folder this was started in is gone: change into one that exists."
        ) from None


def _end(name: str, sentence: str, code: int) -> NoReturn:
    click.echo(f"{name}: {sentence}", err=True)
    # What cannot be written now must not be tried again at the end.
    sys.stdout = io.StringIO()
    sys.exit(code)
