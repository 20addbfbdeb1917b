"""Opens DuckDB; makes names and texts safe to stand in SQL, where values cannot be parameters."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb


def memory_limit() -> str | None:
    """What SALES_METRICS_MEMORY_LIMIT says, for dbt and for every connection of this program."""
    return os.environ.get("SALES_METRICS_MEMORY_LIMIT", "").strip() or None


def connect(
    database: Path | None = None, *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Within the memory limit; what is beyond it spills beside the file, or into `spill`."""
    connection = duckdb.connect(str(database or ":memory:"), read_only=read_only)
    limit = memory_limit()
    if limit:
        connection.execute(f"set memory_limit = {literal(limit)}")
    if spill:
        connection.execute(f"set temp_directory = {literal(spill)}")
    return connection


def columns_of(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str
) -> set[str]:
    """Of a table that is not there, none."""
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = ?"
        " and table_name = ?",
        [database, schema, table],
    ).fetchall()
    return {name for (name,) in found}


def quoted(*names: str) -> str:
    """An identifier, each part in double quotes."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: object) -> str:
    """A text where SQL takes no parameter, as in the path of a COPY."""
    return "'" + str(text).replace("'", "''") + "'"


def over(relation: duckdb.DuckDBPyRelation, name: str, query: str) -> duckdb.DuckDBPyRelation:
    """A query over a relation that it calls by a name."""
    found = relation.query(name, query)
    assert found is not None
    return found
