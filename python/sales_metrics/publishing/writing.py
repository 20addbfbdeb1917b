"""Writes the public tables of a work file as a build, and serves it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sales_metrics.errors import (
    CHECK_FAILED,
    STOPPED,
    SalesMetricsError,
    from_system,
    told_of,
)
from sales_metrics.pages import digests
from sales_metrics.pages.rendering import FILE, PageSettings, assembled, rows_of
from sales_metrics.privacy import Tag, masked_all
from sales_metrics.publishing import masking
from sales_metrics.publishing.masking import find_masks, masked_select, tagger, write_masks
from sales_metrics.publishing.store import (
    DATABASE,
    INFO,
    PARQUET,
    BuildInfo,
    Store,
    delete,
    fsync,
    fsync_tree,
    prune,
    switch,
)
from sales_metrics.sql import connect, literal, quoted

# Files of this version are read by DuckDB 1.2 and later, which many dashboards bundle.
STORAGE_VERSION = "v1.2.0"
SCHEMA = "marts"
ABOUT = "published_build"


@dataclass(frozen=True)
class QualityRow:
    """A row of the public table data_quality that no model can know."""

    check_id: str
    table_name: str
    severity: str
    treatment: str
    rows_checked: int | None
    rows_failing: int | None
    sample_ids: str | None


@dataclass(frozen=True)
class Publication:
    """Everything that goes into a build beside the tables of the work file."""

    info: BuildInfo
    quality: Sequence[QualityRow] = ()
    # Public columns that may carry e-mail addresses and phone numbers, by table.
    personal: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    # Pages and reports, by name of the file.
    pages: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # What the pages people steer by are made with; without it none are.
    steering: PageSettings | None = None


def publish(
    store: Store,
    work: Path,
    publication: Publication,
    keep: int,
    before_serving: Callable[[Path], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> BuildInfo:
    """Writes the build whole, then serves it; only under the lock.

    `before_serving` may add files to the folder of the build. What goes wrong when it is served is
    no reason to say that it is not.
    """
    build_id = publication.info.build_id
    partial = store.partial(build_id)
    try:
        (partial / PARQUET).mkdir(parents=True)
        rows = _write_tables(work, partial, publication, tagger(store))
        info = dataclasses.replace(publication.info, rows=rows, finished_at=timestamp())
        info.write(partial / INFO)
        for name, text in publication.pages.items():
            (partial / name).write_text(text, encoding="utf-8")
        before_serving(partial)
        if publication.steering is not None:
            # Of the tables as they are published: masked, and of this very build.
            beside = {**publication.steering.beside, **_beside(partial)}
            served = store.served()
            before = served.rows if served else {}
            settings = dataclasses.replace(publication.steering, beside=beside, before=before)
            shown = rows_of(partial / DATABASE, settings)
            (partial / FILE).write_text(assembled(shown, settings), encoding="utf-8")
            if digests.KEY in shown:
                digests.write(partial, shown, settings.currency)
        fsync_tree(partial)
        partial.rename(store.build(build_id))
        fsync(store.builds)
        switch(store, build_id)
    except (OSError, duckdb.Error) as error:
        raise from_system(error, store.folder) from error
    finally:
        # Half a build would keep a full disk full.
        delete(partial)
    try:
        prune(store, keep)
    except (OSError, SalesMetricsError) as error:
        warn(f"old builds could not be deleted: {told_of(error, store.builds)}")
    return info


@contextlib.contextmanager
def told_if_served(store: Store, build_id: str) -> Iterator[None]:
    """Who stops what follows after this build is served is not told that the old one serves on."""
    try:
        yield
    except KeyboardInterrupt:
        if store.served_id() != build_id:
            raise
        raise SalesMetricsError(
            f"Stopped after {build_id} was published, which serves: what was left, such as telling"
            " of breaches, is for the next run.",
            exit_code=STOPPED,
        ) from None


def _beside(folder: Path) -> dict[str, str]:
    """Pages that lie beside the one people steer by, by what they are called there."""
    known = {"expectations.html": "Expectations", "breaches.md": "Incidents"}
    return {name: title for name, title in known.items() if (folder / name).exists()}


def as_of_date(work: Path) -> str:
    """The last day the build knows of, as its own tables say."""
    with connected(work) as connection:
        try:
            found = connection.execute(
                f"select cast(max(as_of_date) as varchar) from {SCHEMA}.data_quality"
            ).fetchone()
        except duckdb.CatalogException:
            found = None
    if not found or found[0] is None:
        raise SalesMetricsError(_no_build(work), exit_code=CHECK_FAILED)
    return str(found[0])


def _no_build(work: Path) -> str:
    with connected(work) as connection:
        elsewhere = connection.execute(
            "select schema_name from duckdb_tables() where table_name = 'data_quality'"
            " and schema_name like ? order by 1",
            [f"%_{SCHEMA}"],
        ).fetchone()
    if elsewhere:
        return (
            f"The public tables lie in the schema {elsewhere[0]}, and what is published is the"
            f" schema {SCHEMA}: give your project the macro generate_schema_name that"
            " docs/package.md tells of."
        )
    return f"{work} holds no finished build: its table marts.data_quality is missing or empty."


def connected(database: Path) -> duckdb.DuckDBPyConnection:
    """Opened for reading; what hinders it is told in a sentence."""
    if not database.exists():
        raise SalesMetricsError(f"There is no database {database}: build it first.")
    if database.is_dir():
        raise SalesMetricsError(f"{database} is a folder: name the database file in it.")
    try:
        return connect(database, read_only=True)
    except duckdb.Error as error:
        raise from_system(error, database) from error


def timestamp(now: dt.datetime | None = None) -> str:
    return (now or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%d %H:%M:%S.%f")


def _write_tables(
    work: Path, folder: Path, publication: Publication, tagged: Callable[[int], Tag]
) -> dict[str, int]:
    with connect(spill=folder / ".tmp") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(work)} as work (read_only)")
        connection.execute(
            f"attach {literal(folder / DATABASE)} as build (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f"create schema build.{SCHEMA}")
        columns = _columns(connection, "work")
        views = {
            name
            for (name,) in connection.execute(
                "select view_name from duckdb_views() where database_name = 'work'"
                " and schema_name = ?",
                [SCHEMA],
            ).fetchall()
        }
        marts = f"work.{SCHEMA}"
        masks = find_masks(connection, marts, columns, publication.personal, tagged)
        write_masks(connection, masks)
        for table, types in columns.items():
            # A table comes in its model's order, which a join need not keep; a view has none, and
            # rows that lie in order are read and packed better.
            order = ""
            if table in views:
                order = " order by all"
            elif any((table, column) in masks.places for column in types):
                order = " order by t.rowid"
            rows_of = masked_select(table, types, f"{marts}.{quoted(table)}", masks)
            connection.execute(f"create table build.{SCHEMA}.{quoted(table)} as {rows_of}{order}")
        _add_quality(connection, columns, publication)
        _add_about(connection, publication.info)
        rows = {}
        for table in [*columns, ABOUT]:
            name = f"build.{SCHEMA}.{quoted(table)}"
            path = folder / PARQUET / f"{table}.parquet"
            connection.execute(f"copy {name} to {literal(path)} (format parquet)")
            (rows[table],) = connection.execute(f"select count(*) from {name}").fetchall()[0]
        connection.execute("checkpoint build")
        connection.execute("detach build")
    return rows


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = ? and table_name not like '%__dbt_%'"
        " order by table_name, column_index",
        [database, SCHEMA],
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    if not found:
        raise SalesMetricsError(
            "The work file holds no public table (schema marts): there is nothing to publish.",
            exit_code=CHECK_FAILED,
        )
    return found


def personal_keys(work: Path, allowed: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences about ids of records in public tables that are addresses or numbers."""
    with connected(work) as connection:
        (database,) = connection.execute("select current_database()").fetchall()[0]
        columns = _columns(connection, database)
        return masking.personal_keys(connection, SCHEMA, columns, allowed)


def _add_quality(
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]],
    publication: Publication,
) -> None:
    if "data_quality" not in columns or not publication.quality:
        return
    connection.executemany(
        f"insert into build.{SCHEMA}.data_quality (check_id, table_name, severity, treatment,"
        " rows_checked, rows_failing, sample_ids, as_of_date) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [*masked_all(dataclasses.astuple(row)), publication.info.as_of_date]
            for row in publication.quality
        ],
    )


def _add_about(connection: duckdb.DuckDBPyConnection, info: BuildInfo) -> None:
    """Lets a dashboard show which build it reads."""
    connection.execute(
        f"create table build.{SCHEMA}.{ABOUT} (build_id varchar, as_of_date date,"
        " started_at timestamp, code_hash varchar, git_commit varchar, raw_fingerprint varchar)"
    )
    connection.execute(
        f"insert into build.{SCHEMA}.{ABOUT} values (?, ?, ?, ?, ?, ?)",
        [
            info.build_id,
            info.as_of_date,
            info.started_at,
            info.code_hash,
            info.git_commit,
            info.raw_fingerprint,
        ],
    )
