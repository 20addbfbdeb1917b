"""What the last accepted load had and this one has not: a table, or all values of a column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sales_metrics.contract import RawTable
from sales_metrics.dbt_runs.reading import Reading
from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.suites import DRIFTING

# Of a column that held fewer values than this, none may be an accident.
FEW_VALUES = 20

Load = Mapping[str, Any]


def losses(
    last: Load, now: Load, reading: Reading, accepted: Collection[str]
) -> tuple[list[str], list[str]]:
    """Sentences that stop the run, and those about what was accepted."""
    found = [*_lost_tables(last, now, reading), *_lost_columns(last, now)]
    stop = [
        f"{sentence} To publish without it: sales-metrics run --accept {name}."
        for name, sentence in found
        if not _is_accepted(name, accepted)
    ]
    return stop, [
        f"{sentence} That was accepted." for name, sentence in found if _is_accepted(name, accepted)
    ]


def without(last: Load, accepted: Collection[str]) -> Load:
    """The last load without what need not be compared with it."""
    kept = {}
    for table, landed in last.items():
        if table not in accepted:
            nulls = {
                column: share
                for column, share in landed["nulls"].items()
                if f"{table}.{column}" not in accepted
            }
            kept[table] = {**landed, "nulls": nulls}
    return kept


def check_accepted(accepted: Iterable[str], tables: Iterable[RawTable]) -> None:
    known = {DRIFTING} | {
        name
        for table in tables
        for name in (
            table.full_name,
            *(f"{table.full_name}.{column.name}" for column in table.columns),
        )
    }
    for name in accepted:
        if name not in known:
            raise SalesMetricsError(
                "--accept takes a table or column of the contract, such as salesforce.task or"
                f" salesforce.opportunity.amount, or {DRIFTING}, and {name} is none of them."
            )


def _is_accepted(name: str, accepted: Collection[str]) -> bool:
    return name in accepted or name.rpartition(".")[0] in accepted


def _lost_tables(last: Load, now: Load, reading: Reading) -> Iterable[tuple[str, str]]:
    for name, landed in sorted(last.items()):
        if name in now:
            continue
        unread = reading.unread_of(*name.split(".", 1))
        why = unread.sentence if unread else "No file of it lies in the raw folder."
        yield (
            name,
            f"The table {name} was read in the last accepted load ({landed['rows']:,} rows) and is"
            f" not read today. {why}",
        )


def _lost_columns(last: Load, now: Load) -> Iterable[tuple[str, str]]:
    for name, landed in sorted(last.items()):
        today = now.get(name)
        if not today or today["rows"] < FEW_VALUES:
            continue
        for column, share in sorted(landed["nulls"].items()):
            had = round((1 - share) * landed["rows"])
            if had >= FEW_VALUES and today["nulls"].get(column, 1.0) == 1.0:
                there = "holds no usable value" if column in today["nulls"] else "is not there"
                yield (
                    f"{name}.{column}",
                    f"The column {name}.{column} had a usable value in {had:,} rows of the last"
                    f" accepted load and {there} today.",
                )
