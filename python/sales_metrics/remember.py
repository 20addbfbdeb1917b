"""`sales-metrics remember`: keeps what a build went by of fields without a history in the CRM.

A CRM that logs no changes of an account's segment and size, or of loss reasons, tells only today's
values, and an edit would restate every past period. The raw table `known_attributes` of the ledger
holds what earlier builds read; int_attributes_remembered goes by it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError, about
from sales_metrics.publishing.writing import as_of_date, connected

STATED = "intermediate.int_attributes_stated"
COLUMNS = ("record_kind", "record_id", "attribute", "value", "known_on")
Entry = tuple[str, str, str, str, str]


def remember(database: Path, raw: Path) -> int:
    """Writes to the raw folder what a built database went by; how many entries are of its day.

    An entry is written where the value differs from the record's last one. Entries of the same
    as-of day are replaced: of two builds of one day the later counts. Raises SalesMetricsError if
    the database holds no build, a later build is remembered, or the file cannot be read or written.
    """
    day = as_of_date(database)
    path = raw / "ledger" / "known_attributes.csv"
    earlier = [entry for entry in _entries(path) if entry[4] != day]
    later = max((entry[4] for entry in earlier), default="")
    if later > day:
        raise SalesMetricsError(
            f"{path} remembers a build as of {later}, and this one is as of {day}: an earlier build"
            " would change what is known already.",
            exit_code=CHECK_FAILED,
        )
    last: dict[tuple[str, ...], str] = {}
    for *key, value, _ in sorted(earlier, key=lambda entry: entry[4]):
        last[tuple(key)] = value
    stated = _stated(database)
    # A record that says nothing, and never said anything, has nothing to remember.
    news = [(*key, value, day) for key, value in stated if value != last.get(key, "")]
    _write(path, [*earlier, *news])
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
    others = [one for one in path.parent.glob("known_attributes.*") if one.name != path.name]
    if others:
        raise SalesMetricsError(
            f"{others[0]} is no CSV file, and only one is kept up: write it as {path.name}."
        )
    if not path.exists():
        return []
    with about(path), path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise SalesMetricsError(f"{path} lacks one of the columns {', '.join(COLUMNS)}.")
        return [
            (
                row["record_kind"],
                row["record_id"],
                row["attribute"],
                (row["value"] or "").strip(),
                row["known_on"],
            )
            for row in reader
        ]


def _write(path: Path, entries: Iterable[Entry]) -> None:
    """Whole or not at all; sorted, so that nothing moves that did not change."""
    with about(path):
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".csv.unfinished")
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(sorted(entries))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
