"""The raw folder as a database of views, so that its files are checked where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics import csv_files
from sales_metrics.contract import RawTable, read_contract
from sales_metrics.dbt_runs.reading import Reading, ReadTable, Refusal
from sales_metrics.errors import CHECK_FAILED, SalesMetricsError
from sales_metrics.sql import connect, literal, quoted

SUFFIXES = (".parquet", ".csv")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
SUFFIX = re.compile(r"(__c|_c)$")

Names = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Landing:
    """What lies in the raw folder: {(source, table): {column: physical type}}."""

    tables: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    # Sentences about files nobody can read.
    unreadable: tuple[str, ...] = ()
    # SQL of the value staging reads, by column, where dbt has told it.
    values: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def write_landing(
    raw_folder: Path,
    database: Path,
    contract: Iterable[RawTable],
    own_names: Names | None = None,
    reading: Reading | None = None,
) -> Landing:
    """Makes `database` with one view `<source>.<table>` per raw file.

    Tables and columns are found whatever their spelling (`StageName`, `stagename`, `Stage_Name__c`)
    and shown under the contract's name; others keep their own. `own_names` is the var raw_columns.
    Where dbt has told what it reads, its `reading` says which file is the table, and which column.
    """
    check_raw_folder(raw_folder)
    contract = list(contract)
    known = {
        (table.source, _letters(name)): table
        for table in contract
        for name in (*table.spellings, table.name)
    }
    by_name = {(table.source, table.name): table for table in contract}
    read = {
        Path(one.place).resolve(): (by_name[key], one)
        for key, one in (reading.tables if reading else {}).items()
    }
    tables: dict[tuple[str, str], dict[str, str]] = {}
    unreadable: list[str] = []
    with connect(database) as connection:
        for file in sorted(raw_folder.glob("*/*")):
            if file.suffix.lower() not in SUFFIXES or not file.is_file():
                continue
            source = file.parent.name
            table = known.get((source, _letters(file.stem)))
            told: ReadTable | None = None
            if reading:
                # A file nobody reads has been told already.
                if file.resolve() not in read:
                    continue
                table, told = read[file.resolve()]
            name = table.name if table else file.stem
            if file.stat().st_size == 0:
                unreadable.append(
                    f"{_shown(file)} is empty: the export was cut off; export it again."
                )
                continue
            try:
                relation, problem = _relation(connection, file, table, own_names or {})
                if problem:
                    unreadable.append(f"{_shown(file)} {problem}")
                    continue
                found = connection.execute(f"describe select * from {relation}").fetchall()
                # A cut-off Parquet file may begin well.
                connection.execute(f"select count(*) from {relation}").fetchall()
            except (duckdb.Error, OSError) as error:
                unreadable.append(_unreadable(file, error))
                continue
            spelled = _spelled(table, [column for column, *_ in found], own_names or {})
            if told:
                by_raw = {raw: column for column, raw in told.columns.items()}
                spelled = {raw: by_raw.get(raw, f"{raw} (not read)") for raw in spelled}
            selected = ", ".join(f"{quoted(raw)} as {quoted(spelled[raw])}" for raw, *_ in found)
            connection.execute(f"create schema if not exists {quoted(source)}")
            # Sorted by path, Parquet comes last and wins over a CSV file of the same name.
            connection.execute(
                f"create or replace view {quoted(source, name)} as"
                f" select {selected} from {relation}"
            )
            tables[source, name] = {spelled[raw]: kind for raw, kind, *_ in found}
    values = {key: one.values for key, one in reading.tables.items()} if reading else {}
    return Landing(tables, tuple(unreadable), values)


def check_raw_folder(raw_folder: Path) -> None:
    if not raw_folder.is_dir():
        raise SalesMetricsError(
            f"There is no raw folder {raw_folder}: set SALES_METRICS_RAW to the folder that holds"
            " one folder per source."
        )


def refuse_unreadable(landing: Landing) -> None:
    if landing.unreadable:
        raise SalesMetricsError(*landing.unreadable, exit_code=CHECK_FAILED)


def _unreadable(file: Path, error: Exception) -> str:
    if isinstance(error, PermissionError) or (
        isinstance(error, duckdb.IOException) and "Permission denied" in str(error)
    ):
        return f"{_shown(file)} cannot be read: give the user who runs this read permission."
    if file.suffix.lower() == ".parquet":
        return (
            f"{_shown(file)} is no whole Parquet file: the export was cut off or the name is wrong;"
            " export it again."
        )
    return (
        f"{_shown(file)} cannot be read as CSV with commas and a header: export it again"
        f" ({str(error).splitlines()[0]})."
    )


def _relation(
    connection: duckdb.DuckDBPyConnection, file: Path, table: RawTable | None, own_names: Names
) -> tuple[str, str | None]:
    """The SQL that reads a file, and what is wrong with it."""
    path = _globbed(file.resolve())
    if file.suffix.lower() == ".parquet":
        return f"read_parquet({literal(path)})", None
    head = csv_files.header(file, _required(table, own_names) if table else ())
    relation = csv_files.relation(Path(path), head)
    if len(head.names) == 1:
        for sign, word in OTHER_DELIMITERS.items():
            if sign in head.names[0]:
                return relation, (
                    f"is divided by {word}, not by commas: export it again with commas."
                )
    problem = csv_files.problem(connection, Path(path), head)
    return relation, problem and (
        f"cannot be read: its {problem}; export it again as CSV in UTF-8 with commas, and quotes"
        " around texts that hold one."
    )


def _required(table: RawTable, own_names: Names) -> list[set[str]]:
    """The names each required column is found under, as staging looks for them."""
    own = own_names.get(table.source, {}).get(table.name, {})
    found: list[set[str]] = []
    for column in table.columns:
        renamed = own.get(column.name, [])
        names = [*([renamed] if isinstance(renamed, str) else renamed)]
        names += [column.name, *column.spellings]
        plain = {name.lower() for name in names} | {_letters(name) for name in names}
        if column.required and column.name not in table.waived:
            found.append({name + suffix for name in plain for suffix in ("", "_c", "__c")})
    return found


def _spelled(table: RawTable | None, columns: Iterable[str], own_names: Names) -> dict[str, str]:
    """The contract's name of each physical column, each used once."""
    names: dict[str, str] = {}
    wanted: dict[str, str] = {}
    if table is not None:
        own = own_names.get(table.source, {})
        for column in table.columns:
            # The name of a field in one table is its name in the table that tells its history.
            places = [table.name, *([table.history_of] if column.name in table.tells_of else [])]
            spellings: list[str] = []
            for place in places:
                renamed = own.get(place, {}).get(column.name, [])
                spellings += [renamed] if isinstance(renamed, str) else list(renamed)
            for spelling in [*spellings, column.name, *column.spellings]:
                wanted.setdefault(_letters(spelling), column.name)
    taken: set[str] = set()
    for raw in columns:
        letters = _letters(raw)
        name = wanted.get(letters) or wanted.get(_letters(SUFFIX.sub("", raw))) or raw
        names[raw] = name if name.lower() not in taken else raw
        taken.add(names[raw].lower())
    return names


def explained(refusal: Refusal, project: Path, raw: Path, database: Path) -> SalesMetricsError:
    """What dbt refuses; a file nobody can read is a better reason than what it leads to."""
    if not refusal.is_configuration:
        landing = write_landing(raw, database, read_contract(project))
        if landing.unreadable:
            return SalesMetricsError(*landing.unreadable, exit_code=CHECK_FAILED)
    return SalesMetricsError(*refusal.sentences, exit_code=refusal.exit_code)


def _shown(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


def _globbed(path: Path) -> str:
    """The path with the signs DuckDB reads as wildcards made plain."""
    return re.sub(r"([][*?])", r"[\1]", str(path))
