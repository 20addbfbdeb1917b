"""How a table that staging cannot read where it lies is laid down for it: SQL, one file a table.

Staging reads comma-separated UTF-8 and Parquet files named as the contract names them. For all else
`init` writes a select and runs it; running `init` again runs them again. A person may edit them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sales_metrics.init.contracts import ANY_CRM, column_names
from sales_metrics.init.formats import (
    FALSE,
    OTHER_DATES,
    READS,
    TRUE,
    code_sql,
    other_day_sql,
    read_dates,
    without_code,
    word_sql,
)
from sales_metrics.init.landing import Found
from sales_metrics.init.stage_words import CLOSED, said
from sales_metrics.init.tables import Matched, Matches, phrases, plain
from sales_metrics.sql import literal, quoted

CLOSES = {"won": "Won", "lost": "Lost"}
# Those that staging reads.
READ = {*TRUE[:5], *FALSE[:5]}
# Of the values of a column, the share that must say won, lost or open for it to be the outcome.
IS_OUTCOME = 0.95


@dataclass(frozen=True)
class Recipe:
    """The select that makes a table of the contract, and what of it is more than a name."""

    found: Found
    # SQL by column of the contract.
    selected: Mapping[str, str]
    # Sentences for PROPOSAL.md.
    made: tuple[str, ...] = ()
    # All columns as they are.
    is_whole: bool = False
    # Stages that deals were in before they closed, which no row of a closed deal shows any more.
    phases: tuple[tuple[str, str | None], ...] = ()

    def sql(self) -> str:
        relation = self.found.relation
        if self.is_whole:
            return f"select *\nfrom {relation}\n"
        lines = ",\n".join(f"    {sql} as {name}" for name, sql in self.selected.items())
        return f"select\n{lines}\nfrom {relation}\n"


def recipes(
    matches: Matches, connection: duckdb.DuckDBPyConnection, without: frozenset[tuple[str, str]]
) -> dict[str, Recipe]:
    """`without`: columns by table that are left out, because nobody can say what they mean."""
    return {
        name: _recipe(match, matches.source, connection, without)
        for name, match in matches.tables.items()
    }


def whole(found: Found) -> Recipe:
    return Recipe(found, {}, is_whole=True)


def _recipe(
    match: Matched,
    source: str,
    connection: duckdb.DuckDBPyConnection,
    without: frozenset[tuple[str, str]],
) -> Recipe:
    left_out = {column for table, column in without if table == match.table.name}
    if source != ANY_CRM and not left_out:
        return whole(match.found)
    columns = {name: column for name, column in match.columns.items() if name not in left_out}
    selected = {name: quoted(column) for name, column in columns.items()}
    made: list[str] = []
    for name, read in match.readings.items():
        if name not in selected:
            continue
        column = quoted(match.columns[name])
        if read.marks.get("codes"):
            selected[name] = without_code(f"trim({column})")
            made.append(f"{name}: the code of the currency is taken off `{match.columns[name]}`")
        if name == "amount" and read.marks.get("currencies") and "currency" not in selected:
            selected["currency"] = code_sql(f"trim({column})")
            made.append(f"currency: what stands with the amount in `{match.columns[name]}`")
        style = next(
            (one for one in OTHER_DATES if read.by_format.get(one, 0) > 0.5 * read.values), None
        )
        if style and read.values:
            day = other_day_sql(f"trim({column})", style)
            selected[name] = f"coalesce(cast({day} as varchar), {column})"
            made.append(f"{name}: days written like {read.samples[0]} become ISO days")
    for name, column in columns.items():
        if match.table.columns[name].data_type == "boolean":
            _translate(match, name, column, selected, made, connection)
    if match.table.name == "opportunities" and "id" not in selected:
        told = [quoted(one) for one in match.found.columns]
        texts = ", ".join(f"cast({one} as varchar)" for one in told)
        selected["id"] = f"md5(concat_ws(chr(31), {texts}))"
        made.append(
            "id: no column tells the rows apart, so the whole row does: a deal that changes is"
            " another deal in the next export"
        )
    phases: tuple[tuple[str, str | None], ...] = ()
    if match.table.name == "opportunities":
        _close(match, selected, made, connection)
        phases = _in_pipelines(match, _conclude(match, selected, made, connection), connection)
    return Recipe(match.found, selected, tuple(made), phases=phases)


def _named_like(match: Matched, what: str) -> list[str]:
    """Columns beside the contract that are called so, the likelier first."""
    names = column_names()
    things = set(names["words"][match.table.name])
    used = set(match.columns.values())
    wanted = names["outcome"][what]
    found = [
        (place, column)
        for place, phrase in enumerate(wanted)
        for column in match.found.columns
        if phrase in phrases(column, things) and (column not in used or what == "status")
    ]
    return [column for _, column in sorted(found)]


def _close(
    match: Matched,
    selected: dict[str, str],
    made: list[str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The day a deal closed goes before the day it is to close."""
    closed = []
    for column in dict.fromkeys(_named_like(match, "closed_on")):
        kind = match.found.columns[column]
        if kind.startswith(("date", "timestamp")) or (
            kind == "varchar" and read_dates(connection, match.found.relation, column).best >= READS
        ):
            closed.append(column)
    if closed:
        names = [*closed, *([match.columns["close_date"]] if "close_date" in match.columns else [])]
        parts = [f"nullif(trim(cast({quoted(one)} as varchar)), '')" for one in names]
        selected["close_date"] = f"coalesce({', '.join(parts)})"
        made.append(
            "close_date: the first of " + ", ".join(f"`{one}`" for one in names) + " that is filled"
        )
    if "amount" in selected:
        for column in _named_like(match, "closed_amount")[:1]:
            amount = selected["amount"]
            selected["amount"] = (
                f"coalesce(nullif(trim(cast({quoted(column)} as varchar)), ''),"
                f" cast({amount} as varchar))"
            )
            made.append(f"amount: `{column}` where it is filled, else `{match.columns['amount']}`")


def _conclude(
    match: Matched,
    selected: dict[str, str],
    made: list[str],
    connection: duckdb.DuckDBPyConnection,
) -> tuple[str, ...]:
    """Where no stage closes, another column says how a deal ended; the stages that are left."""
    stages = tuple(_values(match, match.columns.get("stage"), connection))
    if {said(one).outcome for one in stages} & {"won", "lost"}:
        return ()
    for column in dict.fromkeys(_named_like(match, "status")):
        if column == match.columns.get("stage"):
            continue
        values = _values(match, column, connection)
        outcomes = {value: said(value).outcome for value in values}
        telling = sum(count for value, count in values.items() if outcomes[value])
        closing = {value: CLOSES[one] for value, one in outcomes.items() if one in CLOSES}
        if closing and telling >= IS_OUTCOME * sum(values.values()):
            cases = [
                f"trim({quoted(column)}) = {literal(value)} then {literal(stage)}"
                for value, stage in closing.items()
            ]
            _close_by(cases, f"`{column}`", selected, made)
            return stages
    flags = [name for name in ("is_won", "is_closed") if name in match.columns]
    if not flags or "stage" not in selected:
        return ()
    cases = [
        f"{_word(match.columns[name])} in {_listed(TRUE)} then {literal(stage)}"
        for name, stage in (("is_won", CLOSES["won"]), ("is_closed", CLOSES["lost"]))
        if name in flags
    ]
    # A stage that is called closed holds both; who has not won there has lost.
    both = [one for one in stages if set(plain(one).split()) & CLOSED]
    if both and "is_won" in flags:
        stage = f"trim(cast({quoted(match.columns['stage'])} as varchar))"
        cases.append(f"{stage} in {_listed(both)} then {literal(CLOSES['lost'])}")
        stages = tuple(one for one in stages if one not in both)
    _close_by(cases, ", ".join(f"`{match.columns[name]}`" for name in flags), selected, made)
    return stages


def _close_by(
    cases: Sequence[str], told_by: str, selected: dict[str, str], made: list[str]
) -> None:
    whens = "".join(f" when {case}" for case in cases)
    selected["stage"] = f"case{whens} else {selected.get('stage', literal('Open'))} end"
    made.append(f"stage: no stage closes a deal, so {told_by} says which are won and lost")


def _in_pipelines(
    match: Matched, stages: Sequence[str], connection: duckdb.DuckDBPyConnection
) -> tuple[tuple[str, str | None], ...]:
    """Each stage with the pipelines it is of."""
    if not stages or "pipeline" not in match.columns:
        return tuple((one, None) for one in stages)
    stage, pipeline = (
        f"trim(cast({quoted(match.columns[name])} as varchar))" for name in ("stage", "pipeline")
    )
    return tuple(
        connection.execute(
            f"select distinct {stage} as stage, nullif({pipeline}, '') as pipeline"
            f" from {match.found.relation} where {stage} in {_listed(stages)} order by all"
        ).fetchall()
    )


def _translate(
    match: Matched,
    name: str,
    column: str,
    selected: dict[str, str],
    made: list[str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """True and false in the words staging reads, where a column has those of another language."""
    if match.found.columns[column] != "varchar":
        return
    word = _word(column)
    rows = connection.execute(
        f"select distinct {word} as word from {match.found.relation} where word <> '' limit 50"
    ).fetchall()
    words = {str(one) for (one,) in rows}
    if not words or words <= READ or not words <= {*TRUE, *FALSE}:
        return
    selected[name] = (
        f"case when {word} in {_listed(TRUE)} then 'true'"
        f" when {word} in {_listed(FALSE)} then 'false' end"
    )
    made.append(f"{name}: {', '.join(sorted(words))} of `{column}` become true and false")


def _word(column: str) -> str:
    return word_sql(f"trim(cast({quoted(column)} as varchar))")


def _listed(texts: Iterable[str]) -> str:
    return f"({', '.join(literal(one) for one in texts)})"


def _values(
    match: Matched, column: str | None, connection: duckdb.DuckDBPyConnection
) -> dict[str, int]:
    if column is None:
        return {}
    rows = connection.execute(
        f"select trim(cast({quoted(column)} as varchar)) as value, count(*)"
        f" from {match.found.relation} group by 1 having value <> '' order by 2 desc, 1 limit 100"
    ).fetchall()
    return dict(rows)


def lay(recipe_files: Sequence[tuple[Path, Path]], connection: duckdb.DuckDBPyConnection) -> None:
    """Runs the select of each file into the Parquet file beside it in the list."""
    for sql, parquet in recipe_files:
        parquet.parent.mkdir(parents=True, exist_ok=True)
        new = parquet.with_suffix(".new")
        connection.execute(
            f"copy ({sql.read_text(encoding='utf-8').strip().rstrip(';')})"
            f" to {literal(new)} (format parquet)"
        )
        new.replace(parquet)
