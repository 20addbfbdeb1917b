"""How each source is read: where it lies or laid down for staging, in which formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.init.contracts import ANY_CRM, PLANNING, Table
from sales_metrics.init.formats import (
    AMOUNTS,
    DATES,
    Chosen,
    Readings,
    chosen_amounts,
    chosen_dates,
    read_amounts,
    read_dates,
)
from sales_metrics.init.landing import ATTACHED, Found, Landing
from sales_metrics.init.proposals import Proposal, Question, counted, listed, merged
from sales_metrics.init.recipes import Recipe, recipes, whole
from sales_metrics.init.tables import DATED, Matched, Matches, likely_tables

LOADERS = (
    ("_fivetran_synced", "Fivetran"),
    ("_airbyte_raw_id", "Airbyte"),
    ("_airbyte_ab_id", "Airbyte"),
    ("_dlt_id", "dlt"),
    ("_dlt_load_id", "dlt"),
    ("_sdc_batched_at", "a Singer tap or Stitch"),
    ("_sdc_received_at", "a Singer tap or Stitch"),
)
NUMBERS = ("decimal", "double", "bigint")
RAW, LANDING = "raw", "landing"


@dataclass(frozen=True)
class Plan:
    """What the project reads, and how."""

    sources: tuple[Matches, ...]
    vars: Mapping[str, Any]
    # The select of each table that is laid down, by source and table.
    recipes: Mapping[tuple[str, str], Recipe] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    # The folder the sources are read from; None: the project's own folder `raw`.
    raw_folder: Path | None = None
    attached: Path | None = None


def planned(
    landing: Landing,
    sources: Sequence[Matches],
    contracts: Mapping[str, Mapping[str, Table]],
    connection: duckdb.DuckDBPyConnection,
    dates: str | None = None,
) -> Plan:
    """`dates`: how a person says that dates are written which can be read in two ways."""
    sources = [_read(source, connection) for source in sources]
    vars: dict[str, Any] = {}
    without: set[tuple[str, str, str]] = set()
    formats: list[Proposal] = []
    for source in sources:
        proposal, left_out = _formats(source, dates)
        formats.append(proposal)
        without |= left_out
        vars = merged(vars, proposal.vars)
    in_place = {one.source for one in sources if _is_in_place(one, landing, without)}
    # One folder holds all sources: if one of them is laid down, all are.
    if not landing.is_database and len(in_place) < len(sources):
        in_place = set()
    made: dict[tuple[str, str], Recipe] = {}
    proposals = []
    for source in sources:
        name = source.source
        is_in_place = name in in_place
        if not is_in_place:
            left = frozenset((table, column) for of, table, column in without if of == name)
            laid = recipes(source, connection, left)
            laid |= {one.name.lower(): whole(one) for one in source.beside}
            made |= {(name, table): recipe for table, recipe in laid.items()}
        elif landing.is_database:
            schema = next(iter(source.tables.values())).found.group
            vars = merged(vars, {"raw_schemas": {name: f"{ATTACHED}.{schema}"}})
        mistaken = source.mistaken(contracts[name]) if is_in_place else {}
        vars = merged(vars, _columns(source, made, mistaken))
        proposals.append(_tables(source, is_in_place, made, mistaken, landing))
    is_all_in_place = len(in_place) == len(sources)
    return Plan(
        sources=tuple(sources),
        vars=vars,
        recipes=made,
        proposals=(*proposals, *formats),
        raw_folder=landing.place.resolve() if is_all_in_place and landing.place.is_dir() else None,
        attached=landing.place.resolve() if landing.is_database else None,
    )


def _read(source: Matches, connection: duckdb.DuckDBPyConnection) -> Matches:
    """How much of each text of a date or an amount each format reads."""
    return replace(
        source,
        tables={name: _with_readings(match, connection) for name, match in source.tables.items()},
    )


def _with_readings(match: Matched, connection: duckdb.DuckDBPyConnection) -> Matched:
    readings: dict[str, Readings] = dict(match.readings)
    for name, column in {**match.columns, **match.named}.items():
        kind = match.table.columns[name].data_type
        if name in readings or match.found.columns[column] != "varchar":
            continue
        if kind in DATED:
            readings[name] = read_dates(connection, match.found.relation, column)
        elif kind.startswith(NUMBERS):
            readings[name] = read_amounts(connection, match.found.relation, column)
    return replace(match, readings=readings)


def _formats(source: Matches, answer: str | None) -> tuple[Proposal, set[tuple[str, str, str]]]:
    """The var raw_formats of a source, and the columns nobody can read without being told how."""
    readings: dict[str, dict[str, Readings]] = {"date": {}, "amount": {}}
    for name, match in source.tables.items():
        for column, read in match.readings.items():
            # Planning files and warehouses have values that are no text.
            if read.by_format:
                is_dated = match.table.columns[column].data_type in DATED
                readings["date" if is_dated else "amount"][f"{name}.{column}"] = read
    if not any(readings.values()):
        return Proposal("Formats", ("Dates and amounts are typed, or ISO and plain.",)), set()
    chosen = {
        "date": chosen_dates(readings["date"]),
        "amount": chosen_amounts(readings["amount"]),
    }
    table = next(iter(source.tables.values())).table
    usual = {"date": table.date_format, "amount": table.amount_format}
    evidence, questions, decided = [], [], []
    without: set[tuple[str, str, str]] = set()
    declared: dict[str, Any] = {}
    for kind, choices in chosen.items():
        settled: dict[str, str] = {}
        for place, choice in choices.items():
            read = readings[kind][place]
            if kind == "date" and answer in choice.is_open:
                choice = Chosen(answer, f"as a person said ({', '.join(read.samples[:2])})")
            if choice.is_open and choice.format is None:
                questions.append(_ambiguous(source, place, choice))
                without.add((source.source, *_parts(place)))
            elif choice.is_open:
                questions.append(_doubtful(source, place, choice))
            # What else dates are written like is laid down as ISO days.
            if choice.format and read.values:
                settled[place] = choice.format if choice.format in (*DATES, *AMOUNTS) else "iso"
            if read.values and (choice.format != usual[kind] or choice.is_open):
                told = f"`{choice.format}` {choice.why}" if choice.format else choice.why
                evidence.append(f"{source.source}.{place}: {told}")
        if settled:
            common = Counter(settled.values()).most_common(1)[0][0]
            label = "Dates" if kind == "date" else "Amounts"
            decided.append(f"{label} of {source.source}: `{common}`.")
            declared = merged(declared, _declared(kind, settled, common, usual[kind]))
    return (
        Proposal(
            "Formats",
            tuple(decided),
            tuple(evidence),
            tuple(questions) if source.source != PLANNING else (),
            vars={"raw_formats": {source.source: declared}} if declared else {},
        ),
        without,
    )


def _declared(kind: str, settled: Mapping[str, str], common: str, usual: str) -> dict[str, Any]:
    """The common format of a source and the columns that differ, where staging would not know."""
    declared: dict[str, Any] = {kind: common} if common != usual else {}
    for place, style in settled.items():
        if style != common:
            name, column = _parts(place)
            declared.setdefault(name, {})[column] = style
    return declared


def _parts(place: str) -> tuple[str, str]:
    name, column = place.split(".", 1)
    return name, column


def _ambiguous(source: Matches, place: str, choice: Chosen) -> Question:
    return Question(
        f"How are the dates of {source.source}.{place} written? They are {choice.why}.",
        "the column is left out: nothing is guessed.",
        "a new run of `sales-metrics init` with --dates " + " or --dates ".join(choice.is_open),
    )


def _doubtful(source: Matches, place: str, choice: Chosen) -> Question:
    return Question(
        f"Is {source.source}.{place} written with groups of thousands? {choice.why}.",
        f"it is read as `{choice.format}`.",
        f"dbt_project.yml, var raw_formats: {', '.join(choice.is_open)}",
    )


def _is_in_place(source: Matches, landing: Landing, without: set[tuple[str, str, str]]) -> bool:
    matches = list(source.tables.values())
    if any(name == source.source for name, _, _ in without):
        return False
    if not all(match.is_spelled for match in matches) or any(match.borrowed for match in matches):
        return False
    if landing.is_database:
        return len({match.found.group for match in matches}) == 1
    if not landing.place.is_dir():
        return False
    if source.source == ANY_CRM and any(match.named for match in matches):
        return False
    return all(
        match.found.group == source.source
        and match.found.is_plain
        and _is_a_table_of(match.found, landing.place)
        for match in matches
    )


def _is_a_table_of(found: Found, folder: Path) -> bool:
    """A file, or a folder of files, where staging looks: in a folder of the source."""
    if found.path is None:
        return False
    if found.is_folder:
        return found.path.parent.parent.parent == folder
    return found.path.parent.parent == folder


def _columns(
    source: Matches, made: Mapping[tuple[str, str], Recipe], mistaken: Iterable[str]
) -> dict[str, Any]:
    """The vars that name columns and do without others, and without tables."""
    named: dict[str, dict[str, str]] = {}
    waived: dict[str, list[str]] = {}
    left_out: list[str] = [*mistaken]
    for name, match in source.tables.items():
        recipe = made.get((source.source, name))
        if match.is_useless and not match.table.is_required:
            left_out.append(name)
            continue
        there = set(match.columns)
        if recipe and not recipe.is_whole:
            there = set(recipe.selected)
        elif match.named:
            named[name] = dict(match.named)
        missing = [
            column.name
            for column in match.table.columns.values()
            if column.is_required and column.name not in there
        ]
        if missing:
            waived[name] = missing
    found: dict[str, Any] = {}
    if named:
        found["raw_columns"] = {source.source: named}
    if waived:
        found["waived_columns"] = {source.source: waived}
    if left_out:
        found["left_out_tables"] = {source.source: left_out}
    return found


def _tables(
    source: Matches,
    is_in_place: bool,
    made: Mapping[tuple[str, str], Recipe],
    mistaken: Mapping[str, Found],
    landing: Landing,
) -> Proposal:
    decided = []
    evidence = []
    loader = _loader(source)
    what = f"any other CRM ({ANY_CRM})" if source.source == ANY_CRM else source.source
    decided.append(
        f"{len(source.tables)} tables of {what}" + (f", laid down by {loader}." if loader else ".")
    )
    if is_in_place:
        decided.append("They are read where they lie.")
    else:
        decided.append(
            f"They are laid down in `{RAW}/{source.source}` by the selects in"
            f" `{LANDING}/{source.source}`: run `sales-metrics init` again after each new export."
        )
    questions: list[Question] = []
    for name, match in source.tables.items():
        recipe = made.get((source.source, name))
        evidence += _evidence(name, match, recipe)
        questions += _lacking(source.source, name, match, recipe)
    for name, found in mistaken.items():
        questions.append(
            Question(
                f"What is `{found.place}`? It is called like {source.source}.{name} and has other"
                " columns: versions of another table, or a report?",
                "it is left out.",
                "dbt_project.yml, var left_out_tables",
            )
        )
    for found in source.unread if source.source == ANY_CRM else ():
        like = [name for name in likely_tables(found.name) if name not in source.tables]
        if like:
            questions.append(
                Question(
                    f"What is `{found.place}`? By its name it may be {listed(like)}, and its"
                    f" columns do not say so: {listed(list(found.columns))}.",
                    "it is not read.",
                    "the file, with the columns called as in docs/own_crm.md, step 1",
                )
            )
    unread = [found.place for found in source.unread]
    if unread:
        evidence.append(f"no table of the contract is like {listed(unread)}: they are not read")
    evidence += [f"not read: {told}" for told in landing.unread]
    return Proposal("Tables", tuple(decided), tuple(evidence), tuple(questions))


def _evidence(name: str, match: Matched, recipe: Recipe | None) -> list[str]:
    """Where a table lies, and which columns are called otherwise, stand for others or are made."""
    pairs = match.named
    if recipe and not recipe.is_whole:
        pairs = {
            column: physical
            for column, physical in match.columns.items()
            if column != physical and column in recipe.selected
        }
    called = ", ".join(f"{column} is `{physical}`" for column, physical in pairs.items())
    return [
        f"{name}: `{match.found.place}`, {counted(match.found.rows, 'row')}",
        *([f"{name}: {called}"] if called else []),
        *(
            f"{name}: {column} is missing, and `{match.columns[column]}` stands for it"
            for column in sorted(match.borrowed)
        ),
        *(f"{name}: {told}" for told in (recipe.made if recipe else ())),
    ]


def _lacking(source: str, name: str, match: Matched, recipe: Recipe | None) -> list[Question]:
    """Columns that are required and that nothing says or makes."""
    if match.is_useless and not match.table.is_required:
        return [
            Question(
                f"Can the loader bring {listed(match.missing)} of {source}.{name}?"
                " Without them the table tells no change.",
                "it is left out, and the past it would tell is inferred.",
                "dbt_project.yml, var left_out_tables",
            )
        ]
    missing = [one for one in match.missing if not recipe or one not in recipe.selected]
    if not missing:
        return []
    return [
        Question(
            f"Where does {source}.{name} say {', '.join(missing)}? No column does.",
            "the build does without (docs/own_crm.md, step 4).",
            "dbt_project.yml, vars raw_columns and waived_columns",
        )
    ]


def _loader(source: Matches) -> str | None:
    columns = {name.lower() for match in source.tables.values() for name in match.found.columns}
    for mark, name in LOADERS:
        if mark in columns:
            return name
    return None
