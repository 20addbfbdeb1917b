"""CSV files as the build reads them: nothing is left to a reader's guess (csv_files.sql)."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from sales_metrics.sql import literal

# The header is looked for in so many lines.
LINES = 20
ENDINGS = {
    "MISSING COLUMNS": "has fewer cells than the header",
    "TOO MANY COLUMNS": "has more cells than the header",
    "UNQUOTED VALUE": "has a quote that is not closed",
    "INVALID ENCODING": "is not in UTF-8",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB",
}


@dataclass(frozen=True)
class CsvHeader:
    """Lines before the header, and the names in it."""

    place: int
    names: tuple[str, ...]


def header(path: Path, required: Iterable[Collection[str]] = ()) -> CsvHeader:
    """The first line that names one of the spellings of every required column.

    Without such a line, or without required columns, the first that is neither blank nor begins
    with `#`.
    """
    # A byte that is no UTF-8 is told with its line by `problem`.
    with path.open(encoding="utf-8-sig", errors="replace", newline=None) as file:
        lines = [line.rstrip("\n") for line in islice(file, LINES)]
    wanted = [frozenset(spellings) for spellings in required]
    plain: CsvHeader | None = None
    found: CsvHeader | None = None
    for place, line in enumerate(lines):
        names = _cells(lines[place:])
        here = CsvHeader(place, names)
        there = {name.lower() for name in names}
        if wanted and all(spellings & there for spellings in wanted):
            found = here
            break
        if plain is None and line.strip() and not line.strip().startswith("#"):
            plain = here
    chosen = found or plain or CsvHeader(0, _cells(lines))
    if sum(line.count('"') for line in lines[: chosen.place]) % 2:
        return CsvHeader(0, _cells(lines))
    return chosen


def relation(path: Path, head: CsvHeader, *, rejects: str | None = None) -> str:
    """The SQL that reads the file; `rejects` is a table that takes the rows nobody can read."""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in unique_names(head.names))
    wrong = (
        f"ignore_errors = true, store_rejects = true, rejects_table = {literal(rejects)},"
        f" rejects_scan = {literal(rejects + '_scans')}, rejects_limit = 100"
        if rejects
        else "ignore_errors = false"
    )
    return (
        f"read_csv({literal(path)}, auto_detect = false, columns = {{{columns}}},"
        f" skip = {head.place}, header = true, delim = ',', quote = '\"', escape = '\"',"
        f" strict_mode = true, comment = '', nullstr = '', null_padding = false, {wrong},"
        " encoding = 'utf-8', compression = 'none', max_line_size = 2097152)"
    )


def problem(connection: duckdb.DuckDBPyConnection, path: Path, head: CsvHeader) -> str | None:
    """What is wrong with the first row that does not fit the header: every row is read to know."""
    rows = relation(path, head, rejects="csv_rejects")
    connection.execute(f"select count(columns(*)) from {rows}").fetchall()
    found = connection.execute(
        "select line, error_type from csv_rejects order by line, error_type limit 1"
    ).fetchall()
    connection.execute("drop table csv_rejects")
    connection.execute("drop table csv_rejects_scans")
    for line, error in found:
        return f"line {line} {ENDINGS.get(error, 'cannot be read as CSV')}"
    return None


def unique_names(names: Sequence[str]) -> list[str]:
    """Names of columns: one that is empty or seen before gets its place."""
    found: list[str] = []
    for place, name in enumerate(names):
        known = {one.lower() for one in found}
        named = name or f"column{place}"
        found.append(named if named.lower() not in known else f"{named}_{place}")
    return found


def _cells(lines: Sequence[str]) -> tuple[str, ...]:
    """The cells of the first row; a quoted cell may go on in the next line."""
    row = next(csv.reader(line + "\n" for line in lines), [])
    return tuple(cell.strip() for cell in row)
