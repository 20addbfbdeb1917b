"""The raw folder as a database of views, so that its files are checked where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sales_metrics.contract import RawTable
from sales_metrics.sql import connect, quoted


def write_landing(tables: Iterable[RawTable], database: Path) -> None:
    """Makes `database` with one view `<source>.<table>` per table that is read.

    It shows what staging reads, under the contract's names, and the loader's columns.
    """
    with connect(database) as connection:
        for table in tables:
            columns = [
                *(f"{column.sql} as {quoted(name)}" for name, column in table.read.items()),
                *map(quoted, table.loader),
            ]
            connection.execute(f"create schema if not exists {quoted(table.source)}")
            connection.execute(
                f"create or replace view {quoted(table.source, table.name)} as"
                f" select {', '.join(columns)} from {table.relation}"
            )
