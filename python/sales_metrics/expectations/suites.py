"""What is plausible: one `Expected` per sentence, and no knowledge of how it is run.

What the source contract, the mappings and the catalog know already is generated from them; written
by hand is only what nobody else knows, such as how much of a load may be missing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sales_metrics.contract import RawColumn, RawTable
from sales_metrics.project import configured_rows
from sales_metrics.sql import literal, quoted

# An error stops publishing, a warning is shown.
Severity = Literal["error", "warn"]

OLDEST, NEWEST = "1990-01-01", "2100-01-01"
LARGEST_AMOUNT = 1_000_000_000
# Currencies of small units reach amounts so many times as large.
UNITS = {
    **dict.fromkeys(("CLP", "COP", "HUF", "INR", "JPY", "KRW", "PHP", "RUB", "TWD"), 1_000),
    **dict.fromkeys(("IDR", "IRR", "LAK", "LBP", "UZS", "VND"), 100_000),
}
# A load with fewer rows than this share of the last accepted one is half an export.
LEAST_OF_LAST_LOAD, MOST_OF_LAST_LOAD = 0.5, 3
# Tables whose amounts are negative by design: what a customer leaves or gives up.
SIGNED = (("planning", "arr_movements"),)
# Below so many rows a share says nothing.
FEW_ROWS = 20
MORE_NULLS = 0.2
MOSTLY_USABLE = 0.95
# Relative difference of the marts from the raw rows they were made of.
RECONCILED_WARN, RECONCILED_ERROR = 0.001, 0.02
# Change of a company's number of a past period from one published build to the next.
DRIFT_WARN, DRIFT_ERROR = 0.02, 0.5
# What is drifting, as `run --accept` names it.
DRIFTING = "marts.metric_values"


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

    @property
    def name(self) -> str:
        """Where it looks, for people: `source.table.column`."""
        return ".".join(part for part in (self.schema, self.table, self.column) if part)


def raw_suite(
    project: Path,
    tables: Iterable[RawTable],
    today: dt.date,
    load: Mapping[str, Any] | None = None,
    last_load: Mapping[str, Any] | None = None,
) -> list[Expected]:
    """What every landing shows, however dirty its rows are; `load`, `last_load`: in numbers."""
    stages = configured_rows(project, "stage_map", None, "source", "raw_stage")
    found: list[Expected] = []
    for table in tables:
        if table.is_required:
            found.append(_rows(table.source, table.name))
        known = sorted({row["raw_stage"] for row in stages if row["source"] == table.source})
        for column in table.read.values():
            if column.mapped_by == "stage_map" and known:
                found.append(_known(table.source, table.name, column.name, known))
            if column.is_parent:
                found.append(_no_cycle(table.source, table.name, column.name))
            found += _raw_column(table, column, today)
            found += _filling(table, column, load or {}, last_load or {})
        found += _against_last_load(table)
        found += _keys(table)
    return found


def marts_suite(project: Path, currency: str = "USD", drift: Severity = "error") -> list[Expected]:
    """What a healthy company's public tables show, in the reporting currency.

    `drift`: how grave it is that numbers of the past became others.
    """
    deals = "fct_opportunities"
    largest = LARGEST_AMOUNT * UNITS.get(currency, 1)
    return [
        _rows("marts", deals),
        _rows("marts", "dim_reps"),
        _rows("marts", "metric_values"),
        _between("marts", deals, "amount", -largest, largest, mostly=0.99),
        # Companies log what a customer gives up as a deal.
        _share("marts", deals, "amount", "below 0", "amount < 0", 0.01, "warn"),
        _between("marts", deals, "cycle_days", 0, 1_500, mostly=0.99, severity="warn"),
        _share("marts", deals, "rep_id", "unassigned", "rep_id = 'unassigned'", 0.10, "warn"),
        _share("marts", deals, "stage_id", "unmapped", "stage_id = 'unmapped'", 0.05, "warn"),
        _share("marts", deals, "segment", "unassigned", "segment = 'unassigned'", 0.25, "warn"),
        _share("marts", deals, "is_inferred", "true", "is_inferred", 0.50, "warn"),
        *_bounds_of_catalog(project),
        *_reconciled(),
        *_drift(project, drift),
    ]


def _raw_column(table: RawTable, column: RawColumn, today: dt.date) -> Iterator[Expected]:
    if column.value is None:
        return
    value = _literally(column.value)
    if column.data_type != "boolean":
        yield _usable(table, column, value)
    if column.name in table.stamps:
        yield _dated(table.source, table.name, column.name, value)
        yield _not_in_future(table.source, table.name, column.name, value, today)
    if column.name == "amount" and (table.source, table.name) not in SIGNED:
        yield _amount(table.source, table.name, value)


def _filling(
    table: RawTable, column: RawColumn, load: Mapping[str, Any], last_load: Mapping[str, Any]
) -> Iterator[Expected]:
    """Emptier than the contract says: refused where it got worse, or too little of it is left."""
    if not column.filled or not column.filled.warn:
        return
    name = table.full_name
    share = load.get(name, {}).get("nulls", {}).get(column.name, 0.0)
    last_share = last_load.get(name, {}).get("nulls", {}).get(column.name)
    worse = last_share is not None and share > last_share + column.filled.drop
    refused = column.is_required and (worse or 1 - share < column.filled.error)
    yield _filled(
        table.source,
        table.name,
        column.name,
        column.filled.warn,
        severity="error" if refused else "warn",
    )


def _against_last_load(table: RawTable) -> Iterator[Expected]:
    name = table.full_name
    where = f"table_name = {literal(name)}"
    few: Severity = "error" if table.source != "planning" else "warn"
    yield _none(
        "volumes",
        name,
        f"has at least {LEAST_OF_LAST_LOAD:.0%} of the rows of the last accepted load",
        f"{where} and last_rows >= {FEW_ROWS} and rows < {LEAST_OF_LAST_LOAD} * last_rows",
        few,
    )
    yield _none(
        "volumes",
        name,
        f"has at most {MOST_OF_LAST_LOAD} times the rows of the last accepted load",
        f"{where} and last_rows >= {FEW_ROWS} and rows > {MOST_OF_LAST_LOAD} * last_rows",
        "warn",
    )
    required = [column.name for column in table.columns if column.is_required]
    listed = ", ".join(literal(column) for column in required) or "''"
    drops = [
        f"when {literal(column.name)} then {column.filled.drop}"
        for column in table.columns
        if column.filled and column.filled.drop != MORE_NULLS
    ]
    drop = f"case column_name {' '.join(drops)} else {MORE_NULLS} end" if drops else MORE_NULLS
    emptier = f"{where} and share > last_share + {drop}"
    yield _none(
        "null_shares",
        name,
        f"no required column is emptier by {MORE_NULLS:.0%} than in the last load",
        f"{emptier} and column_name in ({listed})",
        "error",
    )
    yield _none(
        "null_shares",
        name,
        f"no optional column is emptier by {MORE_NULLS:.0%} than in the last load",
        f"{emptier} and column_name not in ({listed})",
        "warn",
    )
    yield _none(
        "new_values",
        name,
        "has no picklist value that the last load did not have",
        where,
        "warn",
    )


def _none(table: str, subject: str, sentence: str, condition: str, severity: Severity) -> Expected:
    """No row of a table of the schema `profile` meets the condition."""
    query = f"select * exclude (table_name) from {{batch}} where {condition}"
    arguments = {"unexpected_rows_query": query, "subject": subject}
    return Expected(
        "profile", table, sentence, "UnexpectedRowsExpectation", severity, None, arguments
    )


def _keys(table: RawTable) -> Iterator[Expected]:
    """A load that holds everything twice is a loader's fault; history mode repeats by design."""
    if len(table.key) != 1 or table.key[0] not in table.read or "_fivetran_active" in table.loader:
        return
    key = quoted(table.key[0])
    query = (
        f"select count(*) - count(distinct {key}) as found, count(*) as total from {{batch}}"
        f" having count(*) - count(distinct {key}) > 0.2 * count(*)"
    )
    yield Expected(
        table.source,
        table.name,
        "repeats an id in at most 20% of the rows",
        "UnexpectedRowsExpectation",
        "warn",
        table.key[0],
        {"unexpected_rows_query": query},
    )


def _rows(schema: str, table: str) -> Expected:
    kind = "ExpectTableRowCountToBeBetween"
    return Expected(schema, table, "has rows", kind, arguments={"min_value": 1})


def _filled(
    schema: str, table: str, column: str, mostly: float, severity: Severity = "error"
) -> Expected:
    sentence, kind = f"filled in {mostly:.0%} of the rows", "ExpectColumnValuesToNotBeNull"
    return Expected(schema, table, sentence, kind, severity, column, {"mostly": mostly})


def _literally(sql: str) -> str:
    """SQL of others in a query, where braces and colons would be places to fill in."""
    return re.sub(r"(?<!:):(?=\w)", r"\:", sql.replace("{", "{{").replace("}", "}}"))


def _usable(table: RawTable, column: RawColumn, read: str) -> Expected:
    """A column whose values no longer have their type became something else."""
    is_time = column.data_type in ("date", "timestamp")
    value = f"nullif(trim(cast({quoted(column.name)} as varchar)), '')"
    bad = f"{value} is not null and {read} is null"
    word = "dates" if is_time else "numbers"
    query = (
        f"select count_if({bad}) as found, count(*) as total, min({value}) filter (where {bad})"
        f" as sample from {{batch}} having count_if({bad}) > {1 - MOSTLY_USABLE:.2f} * count(*)"
    )
    return Expected(
        table.source,
        table.name,
        f"holds {word} in {MOSTLY_USABLE:.0%} of the rows",
        "UnexpectedRowsExpectation",
        "error",
        column.name,
        {"unexpected_rows_query": query},
    )


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
    """A new stage is news, not a defect: staging keeps it as `unmapped`."""
    arguments = {"value_set": values, "mostly": 0.95}
    sentence, kind = "in the stage map for 95% of the rows", "ExpectColumnValuesToBeInSet"
    return Expected(schema, table, sentence, kind, "warn", column, arguments)


def _dated(schema: str, table: str, column: str, value: str) -> Expected:
    day = f"cast({value} as date)"
    outside = f"{day} < date '{OLDEST}' or {day} > date '{NEWEST}'"
    sentence = f"outside {OLDEST} to {NEWEST}"
    return _share(schema, table, column, sentence, outside, 0.05, "error")


def _not_in_future(schema: str, table: str, column: str, value: str, today: dt.date) -> Expected:
    tomorrow = today + dt.timedelta(days=1)
    later = f"{value} > date '{tomorrow}' + 1"
    return _share(schema, table, column, f"after {tomorrow}", later, 0.05, "error")


def _amount(schema: str, table: str, amount: str) -> Expected:
    implausible = f"{amount} < 0 or {amount} > {LARGEST_AMOUNT}"
    sentence = f"below 0 or over {LARGEST_AMOUNT:,}"
    return _share(schema, table, "amount", sentence, implausible, 0.01, "warn")


def _no_cycle(schema: str, table: str, column: str) -> Expected:
    """Someone who manages himself over others; the marts name managers and never climb."""
    query = (
        "with recursive people as (select distinct cast(id as varchar) as id,"
        f" cast({quoted(column)} as varchar) as above from {{batch}} as staff),"
        " climbed as (select id as found, above, 1 as steps from people where above is not null"
        " union all select climbed.found, people.above, climbed.steps + 1 from climbed"
        " inner join people on climbed.above = people.id"
        " where people.above is not null and climbed.steps < 30 and climbed.above <> climbed.found)"
        " select distinct found from climbed where above = found order by found"
    )
    return Expected(
        schema,
        table,
        "nobody manages himself, over others or directly",
        "UnexpectedRowsExpectation",
        "warn",
        column,
        {"unexpected_rows_query": query},
    )


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


def _bounds_of_catalog(project: Path) -> Iterator[Expected]:
    """Units bound their values: a share lies in 0 to 1; counts and days are not negative.

    A count or amount of a period with a reversal may be negative, so only rates and durations are.
    """
    shares, positive = [], []
    for row in _catalog(project):
        if row["unit"] == "share":
            shares.append(row["metric_id"])
        if row["kind"] == "duration" or row["stack"] == "activity":
            positive.append(row["metric_id"])
    for words, metrics, beyond in (
        ("a share beyond 0 to 1", shares, "(metric_value < 0 or metric_value > 1)"),
        ("a negative duration or activity", positive, "metric_value < 0"),
    ):
        if metrics:
            listed = ", ".join(literal(metric) for metric in metrics)
            condition = f"metric_id in ({listed}) and {beyond}"
            yield _share("marts", "metric_values", "metric_value", words, condition, 0, "error")


def _reconciled() -> Iterator[Expected]:
    """Reads the table that sales_metrics.expectations.reconciling writes."""
    for measure, words in (
        ("won_amount", "won amount"),
        ("open_pipeline", "open pipeline"),
    ):
        apart = (
            f"measure = '{measure}' and abs(raw_amount - mart_amount) > {{share}} * abs(raw_amount)"
        )
        for severity, share in (("warn", RECONCILED_WARN), ("error", RECONCILED_ERROR)):
            sentence = f"{words} within {share:.1%} of the same raw rows"
            query = f"select * from {{batch}} where {apart.format(share=share)}"
            yield Expected(
                "profile",
                "reconciled",
                sentence,
                "UnexpectedRowsExpectation",
                "warn" if severity == "warn" else "error",
                None,
                {"unexpected_rows_query": query, "subject": "marts.fct_opportunities"},
            )


def _drift(project: Path, gravest: Severity) -> Iterator[Expected]:
    """Against the last published build: the company's numbers of periods that were over then."""
    settled = [row["metric_id"] for row in _catalog(project) if row["matures"] != "true"]
    if not settled:
        return
    listed = ", ".join(literal(metric) for metric in settled)
    moved = f"metric_id in ({listed}) and change > "
    warn: Severity = "warn"
    for severity, most in ((warn, DRIFT_WARN), (gravest, DRIFT_ERROR)):
        yield Expected(
            "profile",
            "drift",
            f"no company number of a past quarter moved by over {most:.0%} since the last build",
            "UnexpectedRowsExpectation",
            severity,
            None,
            {
                "unexpected_rows_query": f"select * from {{batch}} where {moved}{most}",
                "subject": DRIFTING,
            },
        )


def _catalog(project: Path) -> list[dict[str, str]]:
    columns = ("metric_id", "unit", "kind", "stack", "matures")
    return configured_rows(project, "metrics", "metric_id", *columns)
