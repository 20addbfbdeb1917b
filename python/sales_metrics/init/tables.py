"""Which table of the contract each table is, and which column each column.

A table of a known CRM is known by its name and its columns, as every loader spells them. What comes
from any other CRM is known by what people call such columns, if its values are of the kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import duckdb

from sales_metrics.init.contracts import ANY_CRM, PLANNING, Table, column_names
from sales_metrics.init.formats import (
    IS_KIND,
    Readings,
    read_amounts,
    read_booleans,
    read_dates,
)
from sales_metrics.init.landing import Found, Landing
from sales_metrics.sql import quoted

# Of the required columns that tell what a table is, those that must be there.
LEAST_REQUIRED = 0.5
DATED = ("date", "timestamp")
# Which column of a table of deals takes a name first, where two might.
FIRST = ("id", "opportunity_id", "stage", "changed_at", "close_date", "created_date", "amount")
# A deal begins when somebody engages in it, people without an id are called by their name, and who
# report to one manager are a team.
BORROWED = (("created_date", "qualified_at"), ("id", "name"), ("team", "manager"))
CODE_WORDS = {
    "id",
    "key",
    "code",
    "number",
    "nummer",
    "codice",
    "codigo",
    "numero",
    "nr",
    "no",
    "ref",
    "reference",
    "guid",
    "uuid",
}
# Words that people leave out as they like: "data di creazione", "data creazione".
SMALL = {
    *("a", "d", "da", "das", "de", "del", "dell", "della", "der", "des", "di", "do", "du", "el"),
    *("l", "la", "las", "le", "les", "los", "o", "of", "the"),
}
LOSS_REASON = re.compile(r"(loss|lost).*reason|reason.*(lost|loss)|verlustgrund|motif.*perte")
SEGMENT_LIKE = re.compile(
    r"segment|market.*(size|tier)|(account|customer|company).*(tier|size|class)"
)


@dataclass(frozen=True)
class Matched:
    """A table that lies there as a table of the contract."""

    table: Table
    found: Found
    # The name of the column that lies there, by column of the contract.
    columns: Mapping[str, str]
    # Those that staging finds only if the var raw_columns names them.
    named: Mapping[str, str] = field(default_factory=dict)
    # How much of each column each format reads.
    readings: Mapping[str, Readings] = field(default_factory=dict)
    # Columns that another one stands for.
    borrowed: frozenset[str] = frozenset()

    @property
    def missing(self) -> list[str]:
        return [
            one.name
            for one in self.table.columns.values()
            if one.is_required and one.name not in self.columns
        ]

    @property
    def is_useless(self) -> bool:
        """It lacks what it cannot do without, and staging would refuse to read it."""
        return any(self.table.columns[name].is_indispensable for name in self.missing)

    @property
    def is_spelled(self) -> bool:
        """Staging finds the table under the name it has."""
        return self.found.name.lower() in self.table.names


@dataclass(frozen=True)
class Matches:
    source: str
    tables: dict[str, Matched]
    # What was not read: a table, why.
    unread: tuple[Found, ...] = ()
    # What staging reads together with a table: archived rows, tables below it.
    beside: tuple[Found, ...] = ()

    def mistaken(self, contract: Mapping[str, Table]) -> dict[str, Found]:
        """What was not read, by the table that staging would take it for by its name."""
        return {
            table.name: found
            for table in contract.values()
            for found in self.unread
            if table.name not in self.tables
            and found.group == self.source
            and found.name.lower() in table.names
        }


def matched(
    landing: Landing,
    contracts: Mapping[str, Mapping[str, Table]],
    connection: duckdb.DuckDBPyConnection,
) -> list[Matches]:
    """The CRMs that lie there, those known by name first; planning files are a source like them."""
    left = list(landing.tables)
    sources: list[Matches] = []
    native = [name for name in contracts if name not in (ANY_CRM, PLANNING)]
    for source in [*native, PLANNING]:
        for group in sorted({found.group for found in left}):
            candidates = [found for found in left if found.group == group]
            if source == PLANNING and group != PLANNING:
                continue
            tables = _of_source(contracts[source], candidates)
            is_there = source == PLANNING or any(one.table.is_deals for one in tables.values())
            if is_there and tables and source not in {one.source for one in sources}:
                used = {id(one.found) for one in tables.values()}
                beside = [
                    one for one in candidates if id(one) not in used and _is_beside(one, tables)
                ]
                sources.append(Matches(source, tables, beside=tuple(beside)))
                used |= {id(one) for one in beside}
                left = [found for found in left if id(found) not in used]
    if not any(one.source != PLANNING for one in sources):
        tables = _of_any_crm(contracts[ANY_CRM], left, connection)
        if tables:
            sources.insert(0, Matches(ANY_CRM, tables))
            used = {id(one.found) for one in tables.values()}
            left = [found for found in left if id(found) not in used]
    if sources:
        sources[0] = replace(sources[0], unread=tuple(left))
    return sources


def _of_source(contract: Mapping[str, Table], found: Iterable[Found]) -> dict[str, Matched]:
    best: dict[str, tuple[float, Matched]] = {}
    for one in found:
        names = {name.lower(): name for name in one.columns}
        for table in contract.values():
            closeness = _closeness(one.name, table)
            if not closeness:
                continue
            columns = {
                column.name: name
                for column in table.columns.values()
                if (name := column.found_in(names))
            }
            required = [column.name for column in table.columns.values() if column.is_required]
            there = [name for name in required if name in columns]
            if any(key not in columns for key in table.key if table.columns[key].is_required):
                continue
            if required and len(there) < LEAST_REQUIRED * len(required):
                continue
            # Without what a row belongs to it is of another table; only an owner can be missing.
            if any(name.endswith("_id") for name in required if name not in (*there, "owner_id")):
                continue
            match = Matched(table, one, columns, _custom_fields(table, one, columns))
            score = closeness + len(there) / (len(required) or 1) + len(columns) / 1000
            if score > best.get(table.name, (0.0, match))[0]:
                best[table.name] = (score, match)
    # A table that lies there is one table of the contract, the likeliest.
    taken: dict[int, str] = {}
    for name, (_, match) in sorted(best.items(), key=lambda one: -one[1][0]):
        taken.setdefault(id(match.found), name)
    return {name: match for name, (_, match) in best.items() if taken[id(match.found)] == name}


def _closeness(name: str, table: Table) -> float:
    """1 for a name of the contract, less for one with a loader's words around it, else 0."""
    if name.lower() in table.names:
        return 1.0
    plain = [
        word for word in _words(name) if word not in column_names()["around"] and not word.isdigit()
    ]
    if "".join(plain) in {one.replace("_", "") for one in table.names}:
        return 0.8
    return 0.0


def _custom_fields(table: Table, found: Found, columns: Mapping[str, str]) -> dict[str, str]:
    """Custom fields that are a loss reason or a segment by their name."""
    named: dict[str, str] = {}
    for column, pattern in (("loss_reason", LOSS_REASON), ("segment", SEGMENT_LIKE)):
        if column not in table.columns or column in columns:
            continue
        like = [name for name in found.columns if pattern.search(name.lower())]
        if len(like) == 1:
            named[column] = like[0]
    return named


def _is_beside(found: Found, tables: Mapping[str, Matched]) -> bool:
    name = found.name.lower()
    return any(
        name in {one.lower() for one in match.table.also}
        or name.startswith(f"{match.found.name.lower()}__")
        for match in tables.values()
    )


def _of_any_crm(
    contract: Mapping[str, Table],
    found: list[Found],
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, Matched]:
    matches = {
        (table.name, place): _by_names(table, one, connection)
        for table in contract.values()
        for place, one in enumerate(found)
    }
    chosen: dict[str, Matched] = {}
    taken: set[int] = set()
    # The deals first: no other table is worth anything without them.
    for name in ("opportunities", "stage_changes", "accounts", "reps", "activities", "leads"):
        if name not in contract:
            continue
        scored = [
            (_fit(contract[name], match), -place, match)
            for (table, place), match in matches.items()
            if table == name and place not in taken
        ]
        scored = [one for one in scored if one[0] > 0]
        if not scored:
            continue
        _, place, match = max(scored, key=lambda one: one[:2])
        chosen[name] = match
        taken.add(-place)
    return chosen if "opportunities" in chosen else {}


def likely_tables(name: str) -> list[str]:
    """Which tables of deals and around them one may be by its name; not the deals themselves."""
    said = set(_words(name))
    names: dict[str, list[str]] = column_names()["words"]
    return [one for one, told in names.items() if one != "opportunities" and said & set(told)]


def _fit(table: Table, match: Matched) -> float:
    """How much a table is like one of the contract; 0: not at all."""
    words = set(_words(match.found.name))
    is_named = bool(words & set(column_names()["words"][table.name]))
    there = set(match.columns)
    if table.name == "opportunities":
        has_money = bool(there & {"amount", "close_date"})
        if not ("stage" in there or {"is_won", "is_closed"} & there) or not has_money:
            return 0.0
        return 1 + 2 * is_named + len(there) / 10
    if table.name == "stage_changes":
        is_history = bool(words & {"history", "changes", "verlauf", "historique", "log", "moves"})
        if not {"opportunity_id", "changed_at", "stage"} <= there:
            return 0.0
        return 1 + is_history + len(there) / 10
    if not is_named:
        return 0.0
    needed = [column for column in table.columns.values() if column.is_required]
    lacking = [column.name for column in needed if column.name not in there]
    if any(column.name in table.key and column.name in lacking for column in needed):
        return 0.0
    least = 2 if table.name in ("accounts", "reps") else 3
    return 1 + len(there) / 10 if len(there) >= least else 0.0


def _by_names(table: Table, found: Found, connection: duckdb.DuckDBPyConnection) -> Matched:
    """Columns by what people call them, where the values are of the kind."""
    synonyms: dict[str, list[str]] = column_names().get(table.name, {})
    things = set(column_names()["words"][table.name])
    names = {name.lower(): name for name in found.columns}
    known = {phrase for said in synonyms.values() for phrase in said}
    # A header that is known as it is, such as "pipeline name", is not called "name" as well.
    spoken = {
        name: {plain(name)} if plain(name) in known else phrases(name, things)
        for name in found.columns
    }
    columns: dict[str, str] = {}
    readings: dict[str, Readings] = {}
    offers: list[tuple[int, int, str, str]] = []
    for column in table.columns.values():
        spelled = column.found_in(names)
        if spelled:
            offers.append((0, _rank(column.name), column.name, spelled))
        for place, phrase in enumerate(synonyms.get(column.name, [])):
            offers += [
                (1 + place, _rank(column.name), column.name, name)
                for name, said in spoken.items()
                if phrase in said or bare(phrase) in {bare(one) for one in said}
            ]
    for _, _, column_name, name in sorted(offers, key=lambda one: one[:2]):
        if column_name in columns or name in columns.values():
            continue
        read = _kind(table, column_name, found, name, connection)
        if read is None:
            continue
        columns[column_name] = name
        if read.by_format:
            readings[column_name] = read
    if table.name == "opportunities" and "id" not in columns:
        own = _own_key(found, columns, connection)
        columns |= {"id": own} if own else {}
    borrowed = _borrowed(table, columns)
    columns |= borrowed
    readings |= {
        name: readings[one] for name, one in BORROWED if name in borrowed and one in readings
    }
    named = {
        column: name
        for column, name in columns.items()
        if table.columns[column].found_in(names) != name
    }
    return Matched(table, found, columns, named, readings, frozenset(borrowed))


def _borrowed(table: Table, columns: Mapping[str, str]) -> dict[str, str]:
    """What stands for a column nobody exports: another column of the same table."""
    is_of = {"created_date": ("opportunities",), "id": ("accounts", "reps"), "team": ("reps",)}
    return {
        name: columns[lender]
        for name, lender in BORROWED
        if table.name in is_of[name] and name not in columns and lender in columns
    }


def _rank(column: str) -> int:
    return FIRST.index(column) if column in FIRST else len(FIRST)


def _kind(
    table: Table, column: str, found: Found, name: str, connection: duckdb.DuckDBPyConnection
) -> Readings | None:
    """None where the values are none of the column's; else how they read."""
    kind = table.columns[column].data_type
    physical = found.columns[name]
    if kind in DATED:
        if physical.startswith(("timestamp", "date")):
            return Readings(0, {})
        if physical != "varchar":
            return None
        read = read_dates(connection, found.relation, name)
        return read if not read.values or read.best >= IS_KIND else None
    if kind.startswith(("decimal", "double", "bigint")):
        if physical != "varchar":
            return Readings(0, {}) if _is_number(physical) else None
        read = read_amounts(connection, found.relation, name)
        return read if not read.values or read.best >= IS_KIND else None
    if column == "id" and "id" in table.key:
        return Readings(0, {}) if _tells_apart(found, name, connection) else None
    if column == "stage":
        return Readings(0, {}) if _is_list(found, name, connection) else None
    if kind == "boolean" and physical == "varchar":
        read = read_booleans(connection, found.relation, name)
        return Readings(0, {}) if not read.values or read.best >= IS_KIND else None
    return Readings(0, {})


def _is_number(physical: str) -> bool:
    return bool(re.match(r"(u?(tiny|small|big|huge)?int|integer|float|double|decimal)", physical))


def _tells_apart(found: Found, name: str, connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute(
        f"select count({quoted(name)}), count(distinct {quoted(name)}), count(*)"
        f" from {found.relation}"
    ).fetchall()[0]
    filled, distinct, rows = row
    return bool(rows == 0 or (filled >= 0.99 * rows and distinct >= 0.98 * filled))


def _own_key(
    found: Found, columns: Mapping[str, str], connection: duckdb.DuckDBPyConnection
) -> str | None:
    """What tells the deals apart though nobody calls it so: a number or code, else their name."""
    coded = [name for name in found.columns if any(map(_is_code, _words(name)))]
    named = [columns["name"]] if "name" in columns else []
    used = set(columns.values()) - set(named)
    likely = [name for name in [*coded, *named] if name not in used]
    return next((name for name in likely if _tells_apart(found, name, connection)), None)


def _is_code(word: str) -> bool:
    """Languages that write words together end with it."""
    return word in CODE_WORDS or word.endswith(("nr", "nummer"))


def _is_list(found: Found, name: str, connection: duckdb.DuckDBPyConnection) -> bool:
    """A few words that come again and again."""
    row = connection.execute(
        f"select count({quoted(name)}), count(distinct {quoted(name)}) from {found.relation}"
    ).fetchall()[0]
    filled, distinct = row
    return bool(0 < distinct <= 60 and (distinct <= 12 or distinct <= filled / 3))


def plain(text: str) -> str:
    """Lower case, without accents, signs as blanks, and a blank before an inner capital."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    letters = unicodedata.normalize("NFKD", spaced.replace("ß", "ss"))
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^0-9a-z%]+", " ", bare.lower()).split())


def _words(name: str) -> list[str]:
    return plain(name).split()


def bare(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if word not in SMALL) or phrase


def phrases(name: str, things: set[str]) -> set[str]:
    """A header as it is, and without the thing it belongs to or the suffix of a custom field."""
    said = plain(name)
    words = [word for word in said.split() if word not in ("c", "property", "properties", "%")]
    found = {said, " ".join(words)}
    # Pipedrive calls a column of deals "Deal - Deal created".
    behind = words
    while len(behind) > 1 and behind[0] in things:
        behind = behind[1:]
        found.add(" ".join(behind))
    if len(words) > 1 and words[-1] in things:
        found.add(" ".join(words[:-1]))
    # As people spell umlauts without a keyboard for them.
    found |= {one.replace("ae", "a").replace("oe", "o").replace("ue", "u") for one in found}
    return found
