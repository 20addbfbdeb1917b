"""`sales-metrics remember`: keeps what a build went by of fields without a history in the CRM.

A CRM that logs no changes of an account's segment and size, or of loss reasons, tells only today's
values, and an edit would restate every past period. The raw table `known_attributes` of the ledger
holds what earlier builds read; int_attributes_remembered goes by it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError, about
from sales_metrics.kept_files import check_only_file, held, replace_whole
from sales_metrics.project import check_raw_folder
from sales_metrics.publishing.writing import as_of_date, connected

LEDGER, FILE = "ledger", "ledger/known_attributes.csv"
STATED = "intermediate.int_attributes_stated"
COLUMNS = ("record_kind", "record_id", "attribute", "value", "known_on")
# A day as the build reads it from a text (macro parse_day), whatever time stands behind.
DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/)(\d{1,2})(?=$|[ T]\d{1,2}:)", re.ASCII)
Entry = tuple[str, str, str, str, str]


def remember(database: Path, raw: Path, wait_seconds: float = 0) -> int:
    """Writes to the raw folder what a built database went by; how many entries are of its day.

    An entry is written where the value differs from the record's last one. Entries of the same
    as-of day are replaced: of two builds of one day the later counts. A row without a usable day,
    which the build quarantines, is left as it is. Raises SalesMetricsError if the database holds no
    build, a later build is remembered, or the file cannot be read or written.
    """
    day = as_of_date(database)
    check_raw_folder(raw)
    with held(raw, alone=True, wait_seconds=wait_seconds):
        return _remembered(database, raw / FILE, day)


def _remembered(database: Path, path: Path, day: str) -> int:
    kept = [(_day(entry[4]), entry) for entry in _entries(path)]
    earlier = [(known_on, entry) for known_on, entry in kept if known_on != day]
    later = max((known_on for known_on, _ in earlier), default="")
    if later > day:
        raise SalesMetricsError(
            f"{path} remembers a build as of {later}, and this one is as of {day}: an earlier build"
            " would change what is known already.",
            exit_code=CHECK_FAILED,
        )
    last: dict[tuple[str, ...], str] = {}
    for known_on, (*key, value, _) in sorted(earlier):
        if known_on:
            last[tuple(map(str.strip, key))] = value.strip()
    stated = _stated(database)
    # A record that says nothing, and never said anything, has nothing to remember.
    news = [(*key, value, day) for key, value in stated if value != last.get(key, "")]
    _write(path, [*(entry for _, entry in earlier), *news])
    return len(news)


def _stated(database: Path) -> list[tuple[tuple[str, str, str], str]]:
    with connected(database) as connection:
        try:
            rows = connection.execute(
                "select record_kind, record_id, attribute_name, coalesce(trim(attribute_value), '')"
                f" from {STATED}"
            ).fetchall()
        except duckdb.CatalogException:
            raise SalesMetricsError(
                f"{database} has no table {STATED}: build the whole project first.",
                exit_code=CHECK_FAILED,
            ) from None
    return [((kind, record, attribute), value) for kind, record, attribute, value in rows]


def _entries(path: Path) -> list[Entry]:
    check_only_file(path)
    if not path.exists():
        return []
    with about(path), path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(_rows(path, csv.reader(file, strict=True)))
    names = rows[0][1] if rows else []
    if not set(COLUMNS) <= set(names):
        raise SalesMetricsError(f"{path} lacks one of the columns {', '.join(COLUMNS)}.")
    for line, row in rows[1:]:
        if len(row) != len(names):
            fewer = "fewer" if len(row) < len(names) else "more"
            raise _cannot_be_read(path, line, f"has {fewer} cells than the header")
    kind, record, attribute, value, known_on = (names.index(column) for column in COLUMNS)
    return [
        (row[kind], row[record], row[attribute], row[value], row[known_on]) for _, row in rows[1:]
    ]


def _rows(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it begins in."""
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise _cannot_be_read(path, line, "has a quote that is not closed") from None


def _cannot_be_read(path: Path, line: int, problem: str) -> SalesMetricsError:
    """As the build says it of any CSV file (macro csv_row_problem)."""
    return SalesMetricsError(
        f"{path}: line {line} {problem}; export it again as CSV in UTF-8 with commas, and quotes"
        " around texts that hold one."
    )


def _day(text: str) -> str:
    """The day in ISO, or nothing: the row is quarantined by the build."""
    found = DAY.match(text.strip())
    try:
        day = dt.date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        return ""
    return day.isoformat() if day and 1900 <= day.year <= 2200 else ""


def _write(path: Path, entries: Iterable[Entry]) -> None:
    """Whole or not at all; sorted, so that nothing moves that did not change."""
    with about(path):
        path.parent.mkdir(exist_ok=True)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *sorted(entries)])
        replace_whole(path, text.getvalue())
