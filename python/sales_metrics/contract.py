"""The source contract: what the YAML of models/staging says of the raw tables."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.project import read_yaml


@dataclass(frozen=True)
class RawColumn:
    name: str
    data_type: str
    required: bool
    kind: str | None = None
    # Other names it is accepted under.
    spellings: tuple[str, ...] = ()


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
    tables: list[RawTable] = []
    for file in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        sources = read_yaml(file).get("sources", [])
        with about(file):
            tables += [
                _table(source, table, formats.get(source["name"], {}))
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
            )
            for column in table.get("columns", [])
        ),
        fresh_days=source_meta.get("fresh_days") or {},
        date_format=formats.get("date") or source_meta.get("date_format", "iso"),
        amount_format=formats.get("amount") or source_meta.get("amount_format", "plain"),
    )
