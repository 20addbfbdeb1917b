"""What a build reads of the raw folder and how, as dbt itself tells: no second set of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sales_metrics.dbt_runs import dbt
from sales_metrics.errors import CHECK_FAILED, USAGE

MACRO = "tell_raw_tables"


@dataclass(frozen=True)
class ReadTable:
    """Where a table of the contract is read from."""

    place: str
    # The physical column by the contract's name.
    columns: Mapping[str, str] = field(default_factory=dict)
    # SQL of the value staging reads, over columns of the contract's names; of text there is none.
    values: Mapping[str, str] = field(default_factory=dict)


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
    as_of: dt.date
    tables: Mapping[tuple[str, str], ReadTable]
    unread: tuple[UnreadFile, ...] = ()
    # Sentences about columns that two physical columns could be read as.
    doubled: tuple[str, ...] = ()

    def warnings(self) -> list[str]:
        """A file that is like no table of the contract is told by doctor alone."""
        told = [one.sentence for one in self.unread if one.check_id != "extra_file"]
        return [*told, *self.doubled]

    def unread_of(self, source: str, table: str) -> UnreadFile | None:
        return next((one for one in self.unread if one.table == (source, table)), None)


@dataclass(frozen=True)
class Refusal:
    """Why dbt would not build, and the files nobody reads, which may explain it."""

    sentences: tuple[str, ...]
    exit_code: int
    unread: tuple[UnreadFile, ...] = ()

    @property
    def is_configuration(self) -> bool:
        return self.exit_code == USAGE


def ask_reading(
    *, project: Path, profiles: Path, target: str | None, work: Path, cache: Path, raw: Path
) -> Reading | Refusal:
    """Asks dbt what a build of this raw folder would read; nothing is built."""
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
    """`told`: what the macro said before it ended or refused."""
    unread = tuple(_unread(one, raw) for one in told.get("files", []) if one["check_id"])
    if not done.success or "tables" not in told:
        sentences = done.sentences or ("dbt does not say what it would read.",)
        return Refusal(sentences, done.exit_code or CHECK_FAILED, unread)
    return Reading(
        as_of=dt.date.fromisoformat(told["as_of_day"]),
        tables={(one["source"], one["table"]): _table(one) for one in told["tables"]},
        unread=unread,
        doubled=tuple(told["doubled"]),
    )


def _unread(told: Mapping[str, Any], raw: Path) -> UnreadFile:
    sentence = told["told"]
    if told["read_instead"] and _changed(raw / told["file"]) > _changed(raw / told["read_instead"]):
        sentence += " It is the newer of the two."
    table = (told["source_name"], told["table_name"]) if told["table_name"] else None
    return UnreadFile(told["check_id"], told["file"], table, sentence)


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _table(told: Mapping[str, Any]) -> ReadTable:
    columns: Mapping[str, Mapping[str, str]] = told["columns"]
    return ReadTable(
        place=told["place"],
        columns={name: _unquoted(column["sql"]) for name, column in columns.items()},
        values={name: column["value"] for name, column in columns.items() if column["value"]},
    )


def _unquoted(identifier: str) -> str:
    return identifier[1:-1].replace('""', '"')
