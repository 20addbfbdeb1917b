"""The rows of the panels, as the public tables have them."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError, from_system
from sales_metrics.pages.declared import PAGES, SHARED, Panel
from sales_metrics.privacy import masked
from sales_metrics.sql import connect, literal, quoted

PANELS = Path(__file__).parent / "panels"
# What tables a panel reads; a build of a part of the project may lack one.
TABLE = re.compile(r"\b(?:from|join)\s+marts\.(\w+)")
SCHEMA = "marts"
# Panels that show the rows of another one, and the one whose rows no single statement can give.
SAME_ROWS = {"people.ranks": "people.reps", "quarter.weeks": "quarter.waterfall"}
TABLES = "data.tables"


@dataclass(frozen=True)
class Rows:
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    # How many there are in all.
    found: int
    # Why there are none, where a table is missing.
    missing: str = ""

    def dicts(self) -> Iterator[dict[str, Any]]:
        """Each row by the names of its columns."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def content(self) -> dict[str, Any]:
        """For the file: a text that comes again and again stands there once, its rows say which."""
        places = {
            at: {text: place for place, text in enumerate(texts)}
            for at in range(len(self.columns))
            if (texts := self._repeated(at))
        }
        rows = [
            [
                places[at][value] if at in places and value is not None else value
                for at, value in enumerate(row)
            ]
            for row in self.rows
        ]
        words = {self.columns[at]: list(found) for at, found in places.items()}
        kept: dict[str, Any] = {"columns": self.columns, "words": words, "rows": rows}
        if self.found > len(self.rows):
            kept["found"] = self.found
        if self.missing:
            kept["missing"] = self.missing
        return kept

    def _repeated(self, at: int) -> Sequence[str]:
        values = [row[at] for row in self.rows if row[at] is not None]
        if not values or not all(isinstance(value, str) for value in values):
            return ()
        found = tuple(dict.fromkeys(values))
        return found if 2 * len(found) <= len(values) else ()


def panels() -> Iterator[tuple[str, Panel]]:
    """Those with rows of their own, each with its key `page.panel`."""
    for panel in SHARED:
        yield f"shared.{panel.name}", panel
    for page in PAGES:
        for panel in page.panels:
            if f"{page.name}.{panel.name}" not in (*SAME_ROWS, TABLES):
                yield f"{page.name}.{panel.name}", panel


def sql_of(key: str) -> str:
    page, name = key.split(".")
    return (PANELS / page / f"{name}.sql").read_text(encoding="utf-8")


def tables_of(key: str) -> set[str]:
    return set(TABLE.findall(sql_of(key)))


def read(
    database: Path,
    allowed: Callable[[str], bool] = lambda _: True,
    before: Mapping[str, int] | None = None,
) -> dict[str, Rows]:
    """The rows of every panel of the pages that are `allowed`.

    `before` has the rows of the tables of the build that was served before.
    """
    try:
        with connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"attach {literal(database)} as build (read_only)")
            there = _bring(connection, database)
            found = {
                key: _rows(connection, key, panel, there)
                for key, panel in panels()
                if key.startswith("shared.") or allowed(key.split(".")[0])
            }
            if allowed(TABLES.split(".")[0]):
                found[TABLES] = _counts(connection, sorted(there), before or {})
            return found
    except duckdb.Error as error:
        raise from_system(error, database) from error


def _bring(connection: duckdb.DuckDBPyConnection, database: Path) -> set[str]:
    """Makes the public tables `marts.<table>`, whatever the database and its schema are called."""
    schemas = [
        schema
        for (schema,) in connection.execute(
            "select table_schema from information_schema.tables where table_catalog = 'build'"
            " and table_name = 'data_quality' order by table_schema <> ?, table_schema",
            [SCHEMA],
        ).fetchall()
    ]
    if not schemas:
        raise SalesMetricsError(
            f"{database} holds no public table data_quality: build it first.",
            exit_code=CHECK_FAILED,
        )
    tables = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'build'"
        " and table_schema = ? and not contains(table_name, '__dbt_')",
        schemas[:1],
    ).fetchall()
    connection.execute(f"create schema {SCHEMA}")
    for (table,) in tables:
        connection.execute(
            f"create view {quoted(SCHEMA, table)} as"
            f" select * from {quoted('build', schemas[0], table)}"
        )
    return {table for (table,) in tables}


def _rows(connection: duckdb.DuckDBPyConnection, key: str, panel: Panel, there: set[str]) -> Rows:
    lacking = sorted(tables_of(key) - there)
    if lacking:
        return Rows((), (), 0, panel.absent or f"This build has no table {', '.join(lacking)}.")
    try:
        cursor = connection.execute(sql_of(key))
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        # Public tables somebody made his own: the page says so, and the numbers are published.
        # What follows the first line points at places in the panel's SQL.
        reason = str(error).splitlines()[0].rstrip(" .!")
        return Rows((), (), 0, f"This build lacks what the panel reads: {reason}.")
    columns = tuple(name for name, *_ in cursor.description or ())
    rows = cursor.fetchall()
    kept = rows if panel.most is None else rows[: panel.most]
    return Rows(columns, [[_plain(value) for value in row] for row in kept], len(rows))


def _counts(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], before: Mapping[str, int]
) -> Rows:
    rows = []
    for table in tables:
        counting = f"select count(*) from {quoted(SCHEMA, table)}"
        ((count,),) = connection.execute(counting).fetchall()
        rows.append([table, count, before.get(table)])
    return Rows(("table_name", "row_count", "row_count_before"), rows, len(rows))


def _plain(value: Any) -> Any:
    """As JSON has it: numbers stay what they are, to the last digit."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value


@cache
def _text(text: str) -> str:
    """A plain build is not masked yet, and no page ever shows an address."""
    return masked(text)
