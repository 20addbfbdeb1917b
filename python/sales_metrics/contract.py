"""The raw tables of the contract, and what dbt reads each of them from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    is_required: bool
    # What the contract says of its values: id_18, crm_id, row_hash …
    kind: str | None = None
    # Words people choose from a list, which no mapping of the project names: a new one is news.
    is_picklist: bool = False
    # The seed that has to know its values.
    mapped_by: str | None = None
    # Names the row above, of the same table.
    is_parent: bool = False
    # None where nobody says how full an optional column is.
    filled: Filled | None = None
    # Its quoted name where it lies; None where nothing stands for it.
    sql: str | None = None
    # SQL of the value staging reads, over columns of the contract's names; of text there is none.
    value: str | None = None


@dataclass(frozen=True)
class RawTable:
    source: str
    name: str
    is_required: bool
    key: tuple[str, ...]
    latest_by: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    # Of a table of deals: its columns of the stage and of the currency.
    deals: Mapping[str, str] | None = None
    # Where it lies and the SQL that reads it there; None where it is missing or cannot be read.
    place: str | None = None
    relation: str | None = None
    is_file: bool = False
    # Columns that a loader has added, under their own names.
    loader: tuple[str, ...] = ()
    # SQL over those, each true of a row that the loader says is no more.
    gone: tuple[str, ...] = ()
    # Days after which the newest row of the source is late: a warning, an error.
    fresh_days: Mapping[str, int] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.source}.{self.name}"

    @property
    def read(self) -> dict[str, RawColumn]:
        """The columns that are there, by name."""
        return {column.name: column for column in self.columns if column.sql}

    @property
    def stamps(self) -> list[str]:
        """Columns that are there and tell when the CRM last touched a row, or made it."""
        created = [
            column.name
            for column in self.columns
            if column.data_type == "timestamp" and column.name.startswith("created")
        ]
        return [name for name in dict.fromkeys([*self.latest_by, *created]) if name in self.read]
