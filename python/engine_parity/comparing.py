"""Compares two folders of Parquet tables row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sales_metrics.errors import SalesMetricsError
from sales_metrics.sql import connect

# Engines add doubles in another order, so that the last digits of a rate may differ.
TOLERANCE = 1e-9
DOUBLES = ("DOUBLE", "FLOAT")
SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """What the two sides hold of one table."""

    table: str
    rows: int
    differences: tuple[str, ...]


def compare_tables(
    left: Path, right: Path, keys: Mapping[str, Sequence[str]]
) -> Iterator[Compared]:
    """One finding per table that either folder holds; `keys` names the key of each table."""
    names = sorted({path.stem for folder in (left, right) for path in folder.glob("*.parquet")})
    with connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name in names:
            sides = [folder / f"{name}.parquet" for folder in (left, right)]
            missing = [path for path in sides if not path.exists()]
            if missing:
                side = "left" if missing[0] == sides[0] else "right"
                yield Compared(name, 0, (f"the {side} side has no such table",))
                continue
            if name not in keys:
                raise SalesMetricsError(f"Table {name} has no column that dbt tests to be unique.")
            yield _compare_table(connection, name, sides, keys[name])


def _compare_table(
    connection: duckdb.DuckDBPyConnection, name: str, sides: Sequence[Path], key: Sequence[str]
) -> Compared:
    columns = []
    for side, path in zip(("lhs", "rhs"), sides, strict=True):
        files = str(path / "*.parquet") if path.is_dir() else str(path)
        described = connection.execute("describe from read_parquet(?)", [files]).fetchall()
        # Rows that share a key are a fault, but one that shall be seen and not multiplied.
        connection.execute(
            f"create or replace temp table {side} as select *, row_number() over"
            f" (partition by {_listed(key)} order by {_listed([row[0] for row in described])})"
            " as copy_number from read_parquet(?)",
            [files],
        )
        columns.append({column: kind for column, kind, *_ in described})
    (rows,) = connection.execute("select count(*) from lhs").fetchall()[0]
    if columns[0] != columns[1]:
        found = [_differing_columns(*columns)]
    else:
        joined = [*key, "copy_number"]
        found = [
            *_only_on(connection, "left", "lhs", "rhs", joined),
            *_only_on(connection, "right", "rhs", "lhs", joined),
            *_differing_values(connection, columns[0], joined),
        ]
    return Compared(name, rows, tuple(found))


def _differing_columns(left: Mapping[str, str], right: Mapping[str, str]) -> str:
    listed = [
        f"{name} ({left.get(name, 'missing')} and {right.get(name, 'missing')})"
        for name in [*left, *(name for name in right if name not in left)]
        if left.get(name) != right.get(name)
    ]
    return "columns differ: " + (", ".join(listed) or "they stand in another order")


def _only_on(
    connection: duckdb.DuckDBPyConnection, word: str, side: str, other: str, key: Sequence[str]
) -> Iterator[str]:
    lonely = f"from {side} as l anti join {other} as r on {_same_key(key)}"
    (count,) = connection.execute(f"select count(*) {lonely}").fetchall()[0]
    if count:
        sample = connection.execute(
            f"select {_listed(key)} {lonely} order by all limit {SHOWN}"
        ).fetchall()
        yield f"{count} rows only on the {word} side, the first: {_shown(key, sample)}"


def _differing_values(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], key: Sequence[str]
) -> Iterator[str]:
    for name, kind in columns.items():
        if name in key:
            continue
        differing = (
            f"from lhs as l inner join rhs as r on {_same_key(key)}"
            f" where not ({_same_value(_quoted(name), kind)})"
        )
        (count,) = connection.execute(f"select count(*) {differing}").fetchall()[0]
        if count:
            shown = ", ".join(f"l.{_quoted(part)}" for part in key)
            sample = connection.execute(
                f"select {shown}, l.{_quoted(name)}, r.{_quoted(name)} {differing}"
                f" order by all limit {SHOWN}"
            ).fetchall()
            yield (
                f"{count} rows differ in {name}, the first: "
                + _shown([*key, f"left {name}", f"right {name}"], sample)
            )


def _same_value(name: str, kind: str) -> str:
    same = f"l.{name} is not distinct from r.{name}"
    if kind not in DOUBLES:
        return same
    largest = f"greatest(abs(l.{name}), abs(r.{name}))"
    return f"{same} or coalesce(abs(l.{name} - r.{name}) <= {TOLERANCE} * {largest}, false)"


def _same_key(key: Sequence[str]) -> str:
    return " and ".join(f"l.{_quoted(name)} is not distinct from r.{_quoted(name)}" for name in key)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shown(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    cells = [
        ", ".join(
            f"{name}={value}"
            for name, value in zip(names, row, strict=True)
            if not (name == "copy_number" and value == 1)
        )
        for row in rows
    ]
    return "; ".join(cells)
