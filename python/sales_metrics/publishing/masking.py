"""What a public text becomes when a build is published: the same in every table.

A text a person typed may be a key as well: a loss reason is a slice, the name of a role a team. So
equal texts become equal masks wherever they stand, and texts that differ stay different where they
are keys: there the mask carries a short tag of what it stands for, `[e-mail k3c7wq2f]`. The tag is
made with a key that never leaves the private folder of the job, so that nobody can find out by
trying addresses; as long as the key is there, a person keeps the same tag from build to build.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError
from sales_metrics.privacy import (
    MAY_BE_ADDRESS,
    MAY_BE_PERSONAL,
    Tag,
    is_address,
    is_number,
    masked,
)
from sales_metrics.publishing.store import MASK_KEY, Store, fsync
from sales_metrics.sql import literal, quoted

# Ids of records of the CRM: masked, they would no longer lead back to it.
RECORDS = ("account_id", "activity_id", "lead_id", "manager_id", "opportunity_id", "rep_id")
# Texts nobody joins or groups by: two that become the same are no loss.
LABELS = ("name", "treatment", "band_text", "intervention")
TAG_SIZES = (8, 16, 32)
# What a sum of integers becomes in DuckDB; Parquet has no such number and would write doubles.
WIDE = ("HUGEINT", "UHUGEINT")
# By table, public columns that may carry addresses and numbers.
Allowed = Mapping[str, Sequence[str]]
Columns = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Masks:
    """What stands for which text, and the columns (table, column) where one of them occurs."""

    shown: Mapping[str, str] = field(default_factory=dict)
    places: frozenset[tuple[str, str]] = frozenset()


def find_masks(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    columns: Columns,
    allowed: Allowed,
    tagged: Callable[[int], Tag],
) -> Masks:
    """Looks at each distinct text of the tables of `schema` (`database.schema`) once."""
    plain: dict[str, str] = {}
    places: dict[tuple[str, str], set[str]] = {}
    for table, column in _texts(columns, allowed):
        texts = set(_suspects(connection, schema, table, column))
        for text in texts - plain.keys():
            plain[text] = masked(text)
        found = {text for text in texts if plain[text] != text}
        if found:
            places[table, column] = found
    if not places:
        return Masks()
    keys = _keys(connection, schema, places, plain)
    shown = {text: plain[text] for found in places.values() for text in found}
    for size in TAG_SIZES:
        tag = tagged(size)
        tags = {text: masked(text, tag) for text in keys}
        if len(set(tags.values())) == len(tags):
            break
    return Masks({**shown, **tags}, frozenset(places))


def write_masks(connection: duckdb.DuckDBPyConnection, masks: Masks) -> None:
    """The temporary table `masks`, which `shown` joins."""
    connection.execute("create or replace temp table masks (raw varchar, shown varchar)")
    if masks.shown:
        connection.execute(
            "insert into masks select unnest($raw), unnest($shown)",
            {"raw": list(masks.shown), "shown": list(masks.shown.values())},
        )


def masked_select(table: str, types: Mapping[str, str], source: str, masks: Masks) -> str:
    """The rows of `source`, texts masked, sums of integers whole numbers.

    Which order they have is for the caller to say.
    """
    selected, joins = [], []
    for place, column in enumerate(types):
        name = quoted(column)
        if (table, column) in masks.places:
            joins.append(f" left join masks as mask_{place} on t.{name} = mask_{place}.raw")
            selected.append(f"coalesce(mask_{place}.shown, t.{name}) as {name}")
        elif types[column] in WIDE:
            selected.append(f"cast(t.{name} as bigint) as {name}")
        else:
            selected.append(f"t.{name}")
    return f"select {', '.join(selected)} from {source} as t{''.join(joins)}"


def personal_keys(
    connection: duckdb.DuckDBPyConnection, schema: str, columns: Columns, allowed: Allowed
) -> list[str]:
    """Sentences about ids of records that are, or hold, addresses or numbers."""
    told: list[str] = []
    for table, types in columns.items():
        for column in types:
            if not _is_record(column) or not _masks(table, column, types[column], allowed):
                continue
            name = quoted(column)
            suspects = connection.execute(
                f"select {name}, count(*) from {schema}.{quoted(table)}"
                f" where regexp_matches({name}, ?) or starts_with({name}, '+')"
                " group by all",
                [MAY_BE_ADDRESS],
            ).fetchall()
            for what, is_one in (("e-mail addresses", is_address), ("phone numbers", is_number)):
                rows = sum(count for text, count in suspects if is_one(text))
                if rows:
                    told.append(
                        f"marts.{table}.{column} holds {what} in {rows} rows: give the record"
                        " another id, or allow the column in the var personal_columns."
                    )
    return told


def tagger(store: Store) -> Callable[[int], Tag]:
    """Makes tags of a length; the key is made when the first is wanted."""

    @functools.cache
    def key() -> bytes:
        path = store.work / MASK_KEY
        try:
            return path.read_bytes()
        except FileNotFoundError:
            store.work.mkdir(mode=0o700, exist_ok=True)
        made = secrets.token_bytes(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        fsync(path)
        return made

    def of_size(size: int) -> Tag:
        def tag(what: str) -> str:
            digest = hmac.new(key(), what.encode("utf-8", "surrogatepass"), hashlib.sha256)
            return base64.b32encode(digest.digest()).decode().lower()[:size]

        return tag

    return of_size


def _keys(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    places: Mapping[tuple[str, str], set[str]],
    plain: Mapping[str, str],
) -> set[str]:
    """Texts that need a tag: ids always, others where two of a column would become one."""
    keys: set[str] = set()
    by_column: dict[str, set[str]] = defaultdict(set)
    for (_, column), texts in places.items():
        if _is_id(column):
            keys |= texts
        if not _is_label(column):
            by_column[column] |= texts
    for column, texts in by_column.items():
        same: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            same[plain[text]].add(text)
        # A text that was masked before it came here is taken too.
        for table, name in places:
            if name == column:
                rows = connection.execute(
                    f"select distinct {quoted(column)} from {schema}.{quoted(table)}"
                    f" where list_contains(?, {quoted(column)})",
                    [list(same)],
                ).fetchall()
                for (text,) in rows:
                    same[text].add(text)
        keys |= {text for group in same.values() if len(group) > 1 for text in group & texts}
    return keys


def _texts(columns: Columns, allowed: Allowed) -> Iterator[tuple[str, str]]:
    for table, types in columns.items():
        for column, kind in types.items():
            if _masks(table, column, kind, allowed) and not _is_record(column):
                yield table, column


def _masks(table: str, column: str, kind: str, allowed: Allowed) -> bool:
    if column in (allowed.get(table) or ()):
        return False
    if kind == "VARCHAR":
        return True
    if "VARCHAR" in kind or kind.startswith(("ENUM", "UNION", "JSON", "BLOB", "VARIANT")):
        raise SalesMetricsError(
            f"marts.{table}.{column} is of the type {kind}, in which texts cannot be masked: make"
            " it a text, or allow the column in the var personal_columns.",
            exit_code=CHECK_FAILED,
        )
    return False


def _suspects(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str
) -> list[str]:
    name = quoted(column)
    # Written down, for the planner would look at every row before it makes them distinct.
    connection.execute(
        f"create or replace temp table texts as select distinct {name} as text from"
        f" {schema}.{quoted(table)}"
    )
    rows = connection.execute(
        f"select text from texts where regexp_matches(text, {literal(MAY_BE_PERSONAL)})"
    ).fetchall()
    return [text for (text,) in rows]


def _is_record(column: str) -> bool:
    return column.endswith(RECORDS)


def _is_id(column: str) -> bool:
    return column.endswith(("_id", "_ids"))


def _is_label(column: str) -> bool:
    return column.endswith(LABELS)
