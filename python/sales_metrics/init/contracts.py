"""The contract of the raw tables, as `init` needs it before dbt has read anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sales_metrics.project import read_yaml

SUFFIXES = ("", "_c", "__c")
# The source that is no CRM.
PLANNING = "planning"


def column_names() -> dict[str, Any]:
    """What people call the columns of the source that any other CRM comes in by."""
    return _read(Path(__file__).with_name("column_names.yml"))


_read = cache(read_yaml)
ANY_CRM: str = column_names()["source"]


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    is_required: bool
    spellings: tuple[str, ...]
    # Without it the table says nothing or something wrong.
    is_indispensable: bool = False

    def found_in(self, names: dict[str, str], own: str | None = None) -> str | None:
        """The name of the table's column that staging reads it from; `names` by lower case."""
        plain = [word for word in (own, self.name, *self.spellings) if word]
        wanted = [
            word + suffix
            for suffix in SUFFIXES
            for name in plain
            for word in (name.lower(), name.replace("_", "").lower())
        ]
        wanted += [name.lower().replace("_", " ") for name in plain]
        return next((names[one] for one in wanted if one in names), None)


@dataclass(frozen=True)
class Table:
    source: str
    name: str
    is_required: bool
    # It holds the deals of its CRM.
    is_deals: bool
    key: tuple[str, ...]
    spellings: tuple[str, ...]
    also: tuple[str, ...]
    columns: dict[str, Column]
    date_format: str
    amount_format: str

    @property
    def names(self) -> set[str]:
        """What a file or table of it may be called, in lower case."""
        plain = [self.name, *self.spellings]
        return {word for name in plain for word in (name.lower(), name.replace("_", "").lower())}


@cache
def contracts(project: Path) -> dict[str, dict[str, Table]]:
    """{source: {table: its contract}}"""
    found: dict[str, dict[str, Table]] = {}
    for path in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        for source in read_yaml(path)["sources"]:
            told = source["config"]["meta"]
            found[source["name"]] = {
                one["name"]: _table(source["name"], one, told) for one in source["tables"]
            }
    return found


def _table(source: str, told: dict[str, Any], of_source: dict[str, Any]) -> Table:
    meta = told["config"]["meta"]
    return Table(
        source=source,
        name=told["name"],
        is_required=bool(meta.get("required")),
        is_deals="deals" in meta,
        key=tuple(meta.get("key", [])),
        # Tables that are read together with it go by names of their own.
        spellings=tuple(_flat(meta.get("spellings", []))),
        also=tuple(_flat(meta.get("also", []))),
        columns={
            one["name"]: _column(one, of_source.get("property_columns", []))
            for one in told["columns"]
        },
        date_format=of_source.get("date_format", "iso"),
        amount_format=of_source.get("amount_format", "plain"),
    )


def _column(told: dict[str, Any], property_columns: Sequence[str]) -> Column:
    """`property_columns`: how loaders call a property of the CRM, which a column may be."""
    meta = told.get("config", {}).get("meta", {})
    named = meta.get("property", [])
    properties = [named] if isinstance(named, str) else named
    as_property = [
        pattern.format(name)
        for name in properties
        for pattern in property_columns
        # A dot leads into an object, which is no column of its own.
        if "." not in pattern
    ]
    return Column(
        name=told["name"],
        data_type=told.get("data_type", "string"),
        is_required=bool(meta.get("required")),
        spellings=(*_flat(meta.get("spellings", [])), *as_property),
        is_indispensable=bool(meta.get("indispensable")),
    )


def _flat(names: Sequence[Any]) -> list[str]:
    """Names that stand for one another may be a list within the list."""
    return [one for name in names for one in ([name] if isinstance(name, str) else _flat(name))]
