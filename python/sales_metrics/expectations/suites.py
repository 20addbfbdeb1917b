"""What is plausible: one `Expected` per sentence, and no knowledge of how it is run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

# An error stops publishing, a warning is shown.
Severity = Literal["error", "warn"]

OLDEST, NEWEST = "1990-01-01", "2100-01-01"
BEYOND = (
    "metric_id in ('win_rate', 'win_rate_t90', 'show_rate', 'stage_conversion_rate')"
    " and (metric_value < 0 or metric_value > 1)"
)
LARGEST_AMOUNT = 1_000_000_000


@dataclass(frozen=True)
class Expected:
    """`kind` and `arguments` are an expectation's class and its arguments; `column` must exist."""

    schema: str
    table: str
    sentence: str
    kind: str
    severity: Severity = "error"
    column: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)


def raw_suite(repo: Path) -> list[Expected]:
    """What every landing shows, however dirty its rows are."""
    return [
        *_raw_salesforce(_mapped_stages(repo, "salesforce")),
        *_raw_csv_export(_mapped_stages(repo, "csv_export")),
        *_raw_planning(),
    ]


def marts_suite() -> list[Expected]:
    """What a healthy company's public tables show."""
    deals = "fct_opportunities"
    return [
        _rows("marts", deals),
        _rows("marts", "dim_reps"),
        _rows("marts", "metric_values"),
        _between("marts", deals, "amount", 0, LARGEST_AMOUNT, mostly=0.99),
        _between("marts", deals, "cycle_days", 0, 1_500, mostly=0.99, severity="warn"),
        _share("marts", deals, "rep_id", "unassigned", "rep_id = 'unassigned'", 0.10, "warn"),
        _share("marts", deals, "stage_id", "unmapped", "stage_id = 'unmapped'", 0.05, "warn"),
        _share("marts", deals, "segment", "unassigned", "segment = 'unassigned'", 0.25, "warn"),
        _share("marts", deals, "is_inferred", "true", "is_inferred", 0.50, "warn"),
        _share(
            "marts", "metric_values", "metric_value", "a share beyond 0 to 1", BEYOND, 0, "error"
        ),
    ]


def columns_of(expected: Iterable[Expected]) -> set[str]:
    return {one.column for one in expected if one.column is not None}


def _raw_salesforce(stages: list[str]) -> Iterator[Expected]:
    source = "salesforce"
    for table in ("opportunity", "opportunity_history", "user"):
        yield _rows(source, table)
    for table, column, mostly in (
        ("opportunity", "id", 0.99),
        ("opportunity", "stage_name", 0.99),
        ("opportunity", "owner_id", 0.90),
        ("opportunity", "created_date", 0.99),
        ("opportunity_history", "opportunity_id", 0.99),
        ("opportunity_history", "created_date", 0.99),
        ("opportunity_field_history", "field", 0.99),
        ("task", "owner_id", 0.90),
        ("event", "owner_id", 0.90),
        ("user", "name", 0.99),
    ):
        yield _filled(source, table, column, mostly)
    yield _filled(source, "opportunity", "amount", 0.50, severity="warn")
    for table in ("opportunity", "opportunity_history"):
        yield _known(source, table, "stage_name", stages)
        yield _dated(source, table, "created_date")
        yield _amount(source, table)


def _raw_csv_export(stages: list[str]) -> Iterator[Expected]:
    source, table = "csv_export", "opportunities"
    yield _rows(source, table)
    yield _filled(source, table, "id", 0.99)
    yield _filled(source, table, "stage", 0.99)
    yield _filled(source, table, "owner", 0.90)
    yield _known(source, table, "stage", stages)
    yield _dated(source, table, "created_date")
    yield _amount(source, table)


def _raw_planning() -> Iterator[Expected]:
    for table, column in (("quotas", "rep"), ("targets", "quarter"), ("rep_roster", "rep")):
        yield _rows("planning", table)
        yield _filled("planning", table, column, 0.99)
    yield _amount("planning", "quotas")


def _rows(schema: str, table: str) -> Expected:
    kind = "ExpectTableRowCountToBeBetween"
    return Expected(schema, table, "has rows", kind, arguments={"min_value": 1})


def _filled(
    schema: str, table: str, column: str, mostly: float, severity: Severity = "error"
) -> Expected:
    sentence, kind = f"filled in {mostly:.0%} of the rows", "ExpectColumnValuesToNotBeNull"
    return Expected(schema, table, sentence, kind, severity, column, {"mostly": mostly})


def _between(
    schema: str,
    table: str,
    column: str,
    least: float,
    most: float,
    mostly: float,
    severity: Severity = "error",
) -> Expected:
    arguments = {"min_value": least, "max_value": most, "mostly": mostly}
    sentence = f"from {least:,} to {most:,} in {mostly:.0%} of the rows"
    kind = "ExpectColumnValuesToBeBetween"
    return Expected(schema, table, sentence, kind, severity, column, arguments)


def _known(schema: str, table: str, column: str, values: list[str]) -> Expected:
    """A new picklist value is news, not a defect: staging keeps it as `unmapped`."""
    arguments = {"value_set": values, "mostly": 0.95}
    sentence, kind = "in the stage map for 95% of the rows", "ExpectColumnValuesToBeInSet"
    return Expected(schema, table, sentence, kind, "warn", column, arguments)


def _dated(schema: str, table: str, column: str) -> Expected:
    day = f"try_cast({column} as date)"
    outside = f"{day} < date '{OLDEST}' or {day} > date '{NEWEST}'"
    sentence = f"outside {OLDEST} to {NEWEST}"
    return _share(schema, table, column, sentence, outside, 0.05, "error")


def _amount(schema: str, table: str) -> Expected:
    amount = "try_cast(amount as double)"
    implausible = f"{amount} < 0 or {amount} > {LARGEST_AMOUNT}"
    sentence = f"below 0 or over {LARGEST_AMOUNT:,}"
    return _share(schema, table, "amount", sentence, implausible, 0.01, "warn")


def _share(
    schema: str,
    table: str,
    column: str,
    sentence: str,
    condition: str,
    most: float,
    severity: Severity,
) -> Expected:
    """At most this share of the rows meets the condition. Raw values may be text: cast safely."""
    query = (
        f"select count_if({condition}) as found, count(*) as total from {{batch}}"
        f" having count_if({condition}) > {most} * count(*)"
    )
    return Expected(
        schema,
        table,
        f"{sentence} in at most {most:.0%} of the rows",
        "UnexpectedRowsExpectation",
        severity,
        column,
        {"unexpected_rows_query": query},
    )


def _mapped_stages(repo: Path, source: str) -> list[str]:
    with (repo / "seeds" / "mappings" / "stage_map.csv").open(encoding="utf-8") as file:
        return sorted({row["raw_stage"] for row in csv.DictReader(file) if row["source"] == source})
