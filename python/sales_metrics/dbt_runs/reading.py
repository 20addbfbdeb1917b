"""What a build reads of the raw folder and how, as dbt itself tells: no second set of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.contract import Filled, RawColumn, RawTable
from sales_metrics.dbt_runs import dbt
from sales_metrics.errors import CHECK_FAILED, USAGE, SalesMetricsError, about
from sales_metrics.project import package_folder, read_yaml

# Where `run` looks for what it publishes.
SCHEMA = "marts"
MACRO = "sales_metrics.tell_raw_tables"


@dataclass(frozen=True)
class UnreadFile:
    """A file of the raw folder that nobody reads; `check_id` as in marts.data_quality."""

    check_id: str
    file: str
    # The table of the contract that it is like, if any.
    table: tuple[str, str] | None
    sentence: str


@dataclass(frozen=True)
class Reading:
    # None in a project without a contract of raw tables.
    as_of: dt.date | None = None
    # Whether anybody names the as-of day.
    is_stated: bool = False
    # Every table of the contract, also what is missing.
    tables: tuple[RawTable, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    # Sentences about columns that two physical columns could be read as.
    doubled: tuple[str, ...] = ()
    currency: str = "USD"
    # The schema of the public tables.
    marts: str = SCHEMA

    @property
    def read(self) -> list[RawTable]:
        return [table for table in self.tables if table.place]

    @property
    def files(self) -> list[RawTable]:
        """What is read from the raw folder, not from a schema of the warehouse."""
        return [table for table in self.read if table.is_file]

    def warnings(self) -> list[str]:
        """A file that is like no table of the contract is told by doctor alone."""
        told = [one.sentence for one in self.unread if one.check_id != "extra_file"]
        return [*told, *self.doubled]

    def check_schema(self) -> None:
        """That `run` would find what it publishes."""
        if self.marts != SCHEMA:
            raise SalesMetricsError(
                f"The project names the schema of the public tables {self.marts}, and `run`"
                f" publishes {SCHEMA}: docs/package.md of the package has the macro"
                " generate_schema_name that names it so."
            )

    def unread_of(self, source: str, table: str) -> UnreadFile | None:
        return next((one for one in self.unread if one.table == (source, table)), None)


@dataclass(frozen=True)
class Refusal:
    """All that dbt would refuse, the first of it first, and what it would read but for that."""

    sentences: tuple[str, ...]
    exit_code: int
    reading: Reading

    @property
    def is_configuration(self) -> bool:
        return self.exit_code == USAGE

    def error(self) -> SalesMetricsError:
        return SalesMetricsError(*self.sentences, exit_code=self.exit_code)


def ask_reading(
    *, project: Path, profiles: Path, target: str | None, work: Path, cache: Path, raw: Path
) -> Reading | Refusal:
    """Asks dbt what a build of this raw folder would read; nothing is built."""
    if not _has_contract(project):
        return Reading()
    done, told = dbt.ask(
        MACRO,
        project=project,
        profiles=profiles,
        target=target,
        work=work,
        cache=cache,
        raw=str(raw),
    )
    return understood(done, told, raw)


def understood(done: dbt.DbtOutcome, told: Mapping[str, Any], raw: Path) -> Reading | Refusal:
    """`told`: what the macro said before it ended, or came upon what no engine can open."""
    problems = [str(one["told"]) for one in told.get("problems", [])]
    as_of: Mapping[str, str] = told.get("as_of", {})
    reading = Reading(
        as_of=dt.date.fromisoformat(as_of["day"]) if as_of else None,
        is_stated=bool(as_of.get("told_by")),
        tables=tuple(_table(one) for one in told.get("tables", [])),
        unread=tuple(_unread(one, raw) for one in told.get("files", []) if one["check_id"]),
        doubled=tuple(told.get("doubled", [])),
        currency=str(told.get("currency", "USD")),
        marts=str(told.get("marts", SCHEMA)),
    )
    if not done.success or "tables" not in told:
        problems += done.sentences or ("dbt does not say what it would read.",)
    if problems:
        code = done.exit_code if not done.success else dbt.exit_code(problems)
        return Refusal(tuple(dict.fromkeys(problems)), code or CHECK_FAILED, reading)
    return reading


def _has_contract(project: Path) -> bool:
    """A contract of another shape than it must have would end dbt in a trace."""
    files = list((package_folder(project) / "models" / "staging").glob("*/_*__sources.yml"))
    for file in files:
        sources = read_yaml(file).get("sources", [])
        with about(file):
            for source in sources:
                for table in source.get("tables", []):
                    table["name"]
    return bool(files)


def _unread(told: Mapping[str, Any], raw: Path) -> UnreadFile:
    sentence = told["told"]
    if told["read_instead"] and _changed(raw / told["file"]) > _changed(raw / told["read_instead"]):
        sentence += " It is the newer of the two."
    table = (told["source_name"], told["table_name"]) if told["table_name"] else None
    return UnreadFile(told["check_id"], told["file"], table, sentence)


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _table(told: Mapping[str, Any]) -> RawTable:
    return RawTable(
        **{
            **told,
            "key": tuple(told["key"]),
            "latest_by": tuple(told["latest_by"]),
            "loader": tuple(told["loader"]),
            "gone": tuple(told.get("gone", [])),
            "columns": tuple(
                RawColumn(**{**one, "filled": Filled(**one["filled"]) if one["filled"] else None})
                for one in told["columns"]
            ),
        }
    )
