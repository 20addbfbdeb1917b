"""A DuckDB dialect under which Great Expectations can read its own results.

The stock dialect closes the row buffer when a transaction ends, which is before Great Expectations
fetches the rows. Nothing here writes, so transactions are not needed at all.
"""

from __future__ import annotations

from typing import Any, ClassVar

import duckdb_engine
from sqlalchemy.dialects import registry

from sales_metrics.sql import literal, memory_limit

SCHEME = "sales_metrics_reader"


class _Cursor:
    """Describes columns by the names of their types.

    SQLAlchemy keeps descriptions to the end of the process, and DuckDB complains about every type
    object that outlives it.
    """

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def description(self) -> list[tuple[Any, ...]] | None:
        described = self._cursor.description
        return described and [(name, str(kind), *rest) for name, kind, *rest in described]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class _Connection:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class ReaderDialect(duckdb_engine.Dialect):
    """Never begins, commits or rolls back."""

    supports_statement_cache = False

    opened: ClassVar[list[Any]] = []

    def connect(self, *arguments: Any, **options: Any) -> Any:
        connection = super().connect(*arguments, **options)
        limit = memory_limit()
        if limit:
            connection.execute(f"set memory_limit = {literal(limit)}")
        self.opened.append(connection)
        return _Connection(connection)

    def do_begin(self, dbapi_connection: Any) -> None:
        pass

    def do_commit(self, dbapi_connection: Any) -> None:
        pass

    def do_rollback(self, dbapi_connection: Any) -> None:
        pass


def close_all() -> None:
    """Great Expectations keeps connections to the end; a file with one cannot be opened anew."""
    while ReaderDialect.opened:
        ReaderDialect.opened.pop().close()


def register() -> None:
    registry.register(SCHEME, __name__, ReaderDialect.__name__)
