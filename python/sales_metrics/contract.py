"""The source contract: what the YAML of models/staging says of the raw tables."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


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
    # How the source writes what it does not type: iso, m/d/y, d-m-y; plain, us.
    date_format: str = "iso"
    amount_format: str = "plain"
    # Days after which the newest row of the source is late: a warning, an error.
    fresh_days: Mapping[str, int] = field(default_factory=dict)

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
    formats = {**(project_vars(project).get("raw_formats") or {}), **_formats_of_environment()}
    return [
        _table(source, table, formats.get(source["name"], {}))
        for file in sorted((project / "models" / "staging").glob("*/_*__sources.yml"))
        for source in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("sources", [])
        for table in source.get("tables", [])
    ]


def project_vars(project: Path) -> dict[str, Any]:
    content = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    return dict(content.get("vars") or {})


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    return dict((node.get("config") or {}).get("meta") or {})


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
    source: Mapping[str, Any], table: Mapping[str, Any], formats: Mapping[str, str]
) -> RawTable:
    meta, source_meta = _meta(table), _meta(source)
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
                filled=_filled(
                    source_meta, _meta(column), column["name"] in (meta.get("key") or ())
                ),
            )
            for column in table.get("columns", [])
        ),
        fresh_days=source_meta.get("fresh_days") or {},
        date_format=formats.get("date") or source_meta.get("date_format", "iso"),
        amount_format=formats.get("amount") or source_meta.get("amount_format", "plain"),
    )
