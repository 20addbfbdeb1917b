"""The source contract: what the YAML of models/staging says of the raw tables."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.project import read_yaml


@dataclass(frozen=True)
class Filled:
    """Shares of rows that hold a usable value: below `warn` is told, below `error` refused.

    Below `warn` and emptier than in the last accepted load by more than `drop`: refused as well.
    """

    warn: float
    error: float
    drop: float


@dataclass(frozen=True)
class RawColumn:
    name: str
    data_type: str
    required: bool
    kind: str | None = None
    # Other names it is accepted under.
    spellings: tuple[str, ...] = ()
    # The least and the most a number may be.
    range: tuple[float, float] | None = None
    # None where nobody says how full an optional column is.
    filled: Filled | None = None


@dataclass(frozen=True)
class RawTable:
    source: str
    name: str
    required: bool
    latest_by: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    # Other names the table is accepted under.
    spellings: tuple[str, ...] = ()
    # The contract's key, or nothing where a row has none of its own.
    key: tuple[str, ...] = ()
    # How the table writes what it does not type: iso, m/d/y, d/m/y, d-m-y, d.m.y; plain, us, eu.
    date_format: str = "iso"
    amount_format: str = "plain"
    # Columns written in another way than the rest of the table.
    other_formats: frozenset[str] = frozenset()
    # Required columns the build does without.
    waived: frozenset[str] = frozenset()
    # Days after which the newest row of the source is late: a warning, an error.
    fresh_days: Mapping[str, int] = field(default_factory=dict)
    # The table whose past this one tells, and the fields of it that it tells of.
    history_of: str = ""
    tells_of: tuple[str, ...] = ()

    @property
    def stamps(self) -> list[str]:
        """Columns that tell when the CRM last touched a row, or made it."""
        created = [
            column.name
            for column in self.columns
            if column.data_type == "timestamp" and column.name.startswith("created")
        ]
        return list(dict.fromkeys([*self.latest_by, *created]))


def read_contract(project: Path) -> list[RawTable]:
    given = project_vars(project)
    formats = [_formats_of_environment(), given.get("raw_formats") or {}]
    waived = given.get("waived_columns") or {}
    tables: list[RawTable] = []
    for file in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        sources = read_yaml(file).get("sources", [])
        with about(file):
            tables += [
                _table(
                    source,
                    table,
                    [one.get(source["name"]) or {} for one in formats],
                    (waived.get(source["name"]) or {}).get(table["name"]) or (),
                )
                for source in sources
                for table in source.get("tables", [])
            ]
    return tables


def project_vars(project: Path) -> dict[str, Any]:
    path = project / "dbt_project.yml"
    found = read_yaml(path).get("vars") or {}
    if not isinstance(found, dict):
        raise SalesMetricsError(f"The vars in {path} must be names with values.")
    return found


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    return dict((node.get("config") or {}).get("meta") or {})


def _range(given: Mapping[str, float] | None) -> tuple[float, float] | None:
    return (given.get("least", given.get("above", 0)), given["most"]) if given else None


def _filled(source_meta: Mapping[str, Any], meta: Mapping[str, Any], is_key: bool) -> Filled | None:
    """`filled` of the column's contract, over that of the source for its keys or other columns."""
    own = meta.get("filled") or {}
    if not own and not meta.get("required"):
        return None
    usual = source_meta.get("filled_keys" if is_key else "filled") or {}
    return Filled(**{"warn": 0.0, "error": 0.0, "drop": 0.2, **usual, **own})


def _formats_of_environment() -> dict[str, Any]:
    """Malformed, it is dbt that says so."""
    try:
        given = json.loads(os.environ.get("SALES_METRICS_RAW_FORMATS") or "{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _table(
    source: Mapping[str, Any],
    table: Mapping[str, Any],
    formats: list[Mapping[str, Any]],
    waived: Iterable[str],
) -> RawTable:
    """`formats` of the source: first the environment's, then the project's."""
    meta, source_meta = _meta(table), _meta(source)
    told = meta.get("history_of") or {}
    of_table: list[Mapping[str, Any]] = [one.get(table["name"]) or {} for one in formats]

    def declared(kind: str) -> str:
        named = [one.get(kind) for pair in zip(of_table, formats, strict=True) for one in pair]
        usual = {"date": "iso", "amount": "plain"}[kind]
        return str(next(filter(None, named), source_meta.get(f"{kind}_format", usual)))

    return RawTable(
        source=source["name"],
        name=table["name"],
        required=bool(meta.get("required", False)),
        latest_by=tuple(meta.get("latest_by") or ()),
        key=tuple(meta.get("key") or ()),
        spellings=tuple(meta.get("spellings") or ()),
        columns=tuple(
            RawColumn(
                name=column["name"],
                data_type=column.get("data_type", "string"),
                required=bool(_meta(column).get("required", False)),
                kind=_meta(column).get("kind"),
                spellings=tuple(_meta(column).get("spellings") or ()),
                range=_range(_meta(column).get("range")),
                filled=_filled(
                    source_meta, _meta(column), column["name"] in (meta.get("key") or ())
                ),
            )
            for column in table.get("columns", [])
        ),
        fresh_days=source_meta.get("fresh_days") or {},
        history_of=told.get("table", ""),
        tells_of=tuple(told.get("fields") or ()),
        date_format=declared("date"),
        amount_format=declared("amount"),
        other_formats=frozenset(
            name for one in of_table for name in one if name not in ("date", "amount")
        ),
        waived=frozenset(waived) - frozenset(meta.get("key") or ()),
    )
