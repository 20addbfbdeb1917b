"""Runs expectations against a DuckDB file, pushed down to SQL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError
from sales_metrics.expectations import dialect
from sales_metrics.expectations.suites import Expected, Severity
from sales_metrics.privacy import masked
from sales_metrics.sql import connect

# Rows of a finding that a sentence names.
SHOWN = 3
SAMPLED = 5


@dataclass(frozen=True)
class Finding:
    """What became of one expectation."""

    expected: Expected
    success: bool
    observed: str
    rows_checked: int | None = None
    rows_failing: int | None = None

    @property
    def severity(self) -> Severity:
        return self.expected.severity

    @property
    def subject(self) -> str:
        """The table or column it is about, for people."""
        return str(self.expected.arguments.get("subject", self.expected.name))

    @property
    def status(self) -> str:
        return "ok" if self.success else self.severity

    def sentence(self) -> str:
        what = self.expected.sentence
        return f"{self.status.ljust(5)}  {self.subject}: {what}" + (
            "" if self.success else f" ({self.observed})"
        )


def check(database: Path, expected: Iterable[Expected]) -> list[Finding]:
    """Findings for all that can be checked: of a table or column that is not there, none.

    Whether it must be there is the business of the source contract and the public contracts.
    """
    there = _columns(database)
    possible = [
        one
        for one in expected
        if (one.schema, one.table) in there
        and (one.column is None or one.column in there[one.schema, one.table])
    ]
    return _run(database, possible) if possible else []


def _columns(database: Path) -> dict[tuple[str, str], set[str]]:
    if not database.exists():
        raise SalesMetricsError(f"There is no database {database}: run `dbt build` first.")
    found: dict[tuple[str, str], set[str]] = {}
    with connect(database, read_only=True) as connection:
        rows = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
    for schema, table, column in rows:
        found.setdefault((schema, table), set()).add(column)
    return found


def _run(database: Path, expected: Sequence[Expected]) -> list[Finding]:
    # Read when the library is imported, which is here because importing it takes seconds.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    dialect.register()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # The library's stub does not know `kwargs`, which is how arguments reach the driver.
    source = context.data_sources.add_sql(  # type: ignore[call-arg]
        "reader",
        connection_string=f"{dialect.SCHEME}:///{database}",
        kwargs={"connect_args": {"read_only": True}},
    )
    findings: list[Finding] = []
    try:
        for (schema, table), group in groupby(sorted(expected, key=_table_of), key=_table_of):
            asset = source.add_table_asset(
                f"{schema}.{table}", table_name=table, schema_name=schema
            )
            batch = asset.add_batch_definition_whole_table("all").get_batch()
            findings += [_finding(batch, one) for one in group]
    finally:
        source.get_engine().dispose()
        dialect.close_all()
    return findings


def _finding(batch: Any, expected: Expected) -> Finding:
    """One expectation at a time: bundled, one that cannot be run makes the others errors too."""
    import great_expectations.expectations as gxe

    arguments = {**expected.arguments, "description": expected.sentence}
    arguments.pop("subject", None)
    if expected.column is not None and expected.kind.startswith("ExpectColumn"):
        arguments["column"] = expected.column
    # Complete, the rows of a query come along; of a column, its values would, all of them.
    shape = "COMPLETE" if expected.kind == "UnexpectedRowsExpectation" else "SUMMARY"
    expectation = getattr(gxe, expected.kind)(**arguments)
    result = batch.validate(expectation, result_format=shape)
    raised = [info["exception_message"] for info in _exceptions(result.exception_info)]
    if raised:
        raise SalesMetricsError(
            f"{expected.schema}.{expected.table}: '{expected.sentence}' could not be checked:"
            f" {raised[0]}",
            exit_code=CHECK_FAILED,
        )
    return _found(expected, bool(result.success), result.result)


def _found(expected: Expected, success: bool, result: dict[str, Any]) -> Finding:
    """The library's answer, whose shape depends on the kind of expectation."""
    rows = (result.get("details") or {}).get("unexpected_rows") or []
    if rows and {"found", "total"} <= set(rows[0]):
        checked, failing = rows[0]["total"], rows[0]["found"]
    elif "element_count" in result:
        checked, failing = result["element_count"], result.get("unexpected_count", 0)
    else:
        checked, failing = None, 0 if success else max(len(rows), 1)
    observed = "" if success else masked(_observed(result, rows))
    return Finding(expected, success, observed, checked, failing)


def _exceptions(info: Any) -> list[dict[str, Any]]:
    """The ones that were raised; the library nests them per metric, or not."""
    infos = [info] if "raised_exception" in (info or {}) else list((info or {}).values())
    return [one for one in infos if one.get("raised_exception")]


def _observed(result: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    if rows and "found" in rows[0]:
        first = dict(rows[0])
        if "total" not in first:
            return ", ".join(str(row["found"]) for row in rows[:SHOWN])
        sample = first.get("sample")
        return f"{first['found']} of {first['total']} rows" + (
            f", such as {sample}" if sample else ""
        )
    if rows:
        return "; ".join(
            ", ".join(f"{name} {_short(value)}" for name, value in row.items())
            for row in rows[:SHOWN]
        )
    if "unexpected_count" in result:
        values = [one for one in result.get("partial_unexpected_list", []) if one is not None]
        sample = ", ".join(dict.fromkeys(map(str, values[:SAMPLED])))
        counted = f"{result['unexpected_count']} of {result['element_count']} rows"
        return f"{counted}: {sample}" if sample else counted
    return f"observed {result.get('observed_value')}"


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _table_of(expected: Expected) -> tuple[str, str]:
    return expected.schema, expected.table
