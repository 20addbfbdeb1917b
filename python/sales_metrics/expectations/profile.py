"""What a load looks like in numbers: the next one is compared with it.

`write_profile` adds to the landing, in the schema `profile`, the comparison of this load with the
last accepted one, so that expectations read it like any table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.contract import RawTable
from sales_metrics.privacy import masked
from sales_metrics.sql import connect, quoted

LONGEST_PICKLIST = 200

Landed = Mapping[str, Any]


def profile_landing(database: Path, tables: Iterable[RawTable]) -> dict[str, Landed]:
    """Rows, null shares and picklists by `source.table`."""
    profiles: dict[str, Landed] = {}
    with connect(database, read_only=True) as connection:
        for table in tables:
            picklists = {
                name: _values(connection, table, name)
                for name, column in table.read.items()
                if column.is_picklist
            }
            profiles[table.full_name] = {
                **_counted(connection, table),
                "values": {
                    name: values for name, values in picklists.items() if values is not None
                },
            }
    return profiles


def write_profile(database: Path, now: Mapping[str, Landed], before: Mapping[str, Landed]) -> None:
    """The tables profile.volumes, profile.null_shares and profile.new_values of a landing."""
    volumes, shares, news = [], [], []
    for table, landed in now.items():
        last = before.get(table)
        if last is None:
            continue
        volumes.append((table, landed["rows"], last["rows"]))
        shares += [
            (table, column, share, last["nulls"][column])
            for column, share in landed["nulls"].items()
            if column in last["nulls"]
        ]
        news += [
            (table, column, value)
            for column, values in landed["values"].items()
            for value in sorted(set(values) - {*map(masked, last["values"].get(column, values))})
        ]
    with connect(database) as connection:
        connection.execute("create schema if not exists profile")
        for name, columns, rows in (
            ("volumes", "table_name varchar, rows bigint, last_rows bigint", volumes),
            (
                "null_shares",
                "table_name varchar, column_name varchar, share double, last_share double",
                shares,
            ),
            ("new_values", "table_name varchar, column_name varchar, value varchar", news),
        ):
            connection.execute(f"create or replace table profile.{name} ({columns})")
            if rows:
                places = ", ".join("?" for _ in rows[0])
                connection.executemany(f"insert into profile.{name} values ({places})", rows)


def _counted(connection: duckdb.DuckDBPyConnection, table: RawTable) -> dict[str, Any]:
    """Null is what staging makes null: a value it cannot use is none."""
    read = table.read
    filled = [
        "count({})".format(column.value or f"nullif(trim(cast({quoted(name)} as varchar)), '')")
        for name, column in read.items()
    ]
    stamps = [_newest(str(read[name].value)) for name in table.stamps]
    newest = f"cast(greatest({', '.join(stamps or ['null'])}) as varchar)"
    row = connection.execute(
        f"select {', '.join(['count(*)', newest, *filled])} from {quoted(table.source, table.name)}"
    ).fetchall()[0]
    rows = row[0]
    nulls = {
        # Only a column without any value is all null, however many rows there are.
        column: (min(round(1 - count / rows, 4), 0.9999) if count else 1.0) if rows else 0.0
        for column, count in zip(read, row[2:], strict=True)
    }
    return {"rows": rows, "newest": row[1], "nulls": nulls}


def _newest(stamp: str) -> str:
    """A date in the future says nothing about how fresh a load is."""
    tomorrow = "cast(current_timestamp as timestamp) + interval 1 day"
    return f"cast(max({stamp}) filter (where {stamp} <= {tomorrow}) as timestamp)"


def _values(
    connection: duckdb.DuckDBPyConnection, table: RawTable, column: str
) -> list[str] | None:
    """Nothing when the column is no picklist after all."""
    found = connection.execute(
        f"select distinct trim(cast({quoted(column)} as varchar)) as value"
        f" from {quoted(table.source, table.name)} where value <> '' order by value limit ?",
        [LONGEST_PICKLIST + 1],
    ).fetchall()
    if len(found) > LONGEST_PICKLIST:
        return None
    return sorted({masked(value) for (value,) in found})
