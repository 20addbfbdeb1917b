"""Builds the project in-process and compares what two builds published.

Tests ask for the `build_project` fixture; what it returns can be queried and compared. A DuckDB
file, dbt's artifacts and its logs all live in a folder of the test session, so a test run never
locks or overwrites what a person has open.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import yaml

from quick_dbt import Kept, quick
from sales_metrics.dbt_runs.dbt import WITHOUT_UNIT_TESTS

if TYPE_CHECKING:
    from sales_metrics.dbt_runs.reading import Reading, Refusal

REPO = Path(__file__).resolve().parents[2]
DEMO = REPO / "data" / "demo"
GOLDEN = REPO / "python" / "tests" / "golden" / "salesforce" / "raw"
# dbt reads variables of this prefix while it parses and compiles; a developer's must not leak in.
PREFIX = "SALES_METRICS_"
# What the check has built already (.ci/run).
BUILT_DEMO = Path(os.environ.get("SALES_METRICS_BUILT_DEMO", "none"))
# The name of every database file: dbt writes it into each relation when it parses.
DATABASE = "built.duckdb"
FLOAT_TYPES = ("DOUBLE", "FLOAT")
# By place (?) or by name ($day).
Parameters = Sequence[Any] | Mapping[str, Any] | None


class BuildProject(Protocol):
    """The signature of the `build_project` fixture."""

    def __call__(
        self,
        raw_folder: Path,
        *,
        as_of: str | None = None,
        vars: Mapping[str, Any] | None = None,
        threads: int = 2,
        select: str | None = None,
        tests: bool = False,
        check: bool = True,
        database: Path | None = None,
        by_dbt_alone: bool = False,
    ) -> Build: ...


class Ask(Protocol):
    """The signature of the `ask` fixture."""

    def __call__(
        self,
        raw: Path,
        vars: Mapping[str, Any] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Reading | Refusal: ...


@dataclass(frozen=True)
class Build:
    """One run of dbt and the database it left behind."""

    database: Path
    success: bool
    statuses: Mapping[str, str] = dataclasses.field(repr=False)
    errors: tuple[str, ...] = ()

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(str(self.database), read_only=True)
        try:
            connection.execute("set timezone = 'UTC'")
            yield connection
        finally:
            # A path stays bound to the file until every connection to it closes.
            connection.close()

    def query(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Parameters = None) -> list[dict[str, Any]]:
        """As `query`, with each row as a dictionary of its columns."""
        with self.connect() as connection:
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """The only value of a query that gives one row of one column."""
        ((value,),) = self.query(sql, parameters)
        return value

    def columns(self, table: str, schema: str = "marts") -> dict[str, str]:
        found = self.query(
            "select column_name, data_type from duckdb_columns()"
            " where schema_name = ? and table_name = ? order by column_index",
            [schema, table],
        )
        return dict(found)

    def tables(self, schema: str = "marts") -> list[str]:
        """Names of the tables and views of a schema."""
        found = self.query(
            "select distinct table_name from duckdb_columns() where schema_name = ? order by 1",
            [schema],
        )
        return [name for (name,) in found]


class Project:
    """Runs dbt for a test session: each distinct build once, whichever of its workers asks first.

    dbt parses the project anew for every other database file and every other `--vars`, which takes
    longer than most builds. Here it is parsed once: vars and folders are read when SQL is rendered,
    and that a build may take it, every database file bears the name that the parsed project knows.
    A var that names a seed or model of another project is tried in such a project (test_package).
    """

    def __init__(self, work: Path, shared: Path) -> None:
        self._work = work
        self._shared = shared
        self._builds: dict[str, Build] = {}

    def build(
        self,
        raw_folder: Path,
        *,
        as_of: str | None = None,
        vars: Mapping[str, Any] | None = None,
        threads: int = 2,
        select: str | None = None,
        tests: bool = False,
        check: bool = True,
        database: Path | None = None,
        by_dbt_alone: bool = False,
    ) -> Build:
        """Builds the marts of a raw folder.

        `as_of` is the last business day the build may know of, `select` dbt's own selection,
        `tests` whether its data tests run too; `threads` is how many nodes run at once and, where
        there are more than two, how many threads a query has. A build that fails fails the test,
        unless `check` is false: then the caller reads `success` and `errors`. `database` is a file
        to build into, for raw tables that lie in a schema of the warehouse. `by_dbt_alone` is
        dbt's own way in every step, for which `quick_dbt` stands in otherwise.
        """
        raw_folder = raw_folder.resolve()
        # SQL that is kept names the database.
        by_dbt_alone = by_dbt_alone or (database is not None and database.name != DATABASE)
        inputs = [_fingerprint(raw_folder), as_of, vars, threads, select, tests, str(database)]
        inputs.append(by_dbt_alone)
        key = _digest(inputs)

        def run() -> Build:
            arguments = ["build", *WITHOUT_UNIT_TESTS] if tests else _without_tests()
            if select is not None:
                # A test that also reads a model outside the selection could only fail.
                arguments += ["--indirect-selection", "buildable"]
                arguments += ["--select", *select.split()]
            place = database or self._shared / key / DATABASE
            environment = {
                "SALES_METRICS_RAW": str(raw_folder),
                "SALES_METRICS_DUCKDB": str(place),
                "SALES_METRICS_THREADS": str(threads),
            }
            if as_of is not None:
                environment["SALES_METRICS_AS_OF_DATE"] = as_of
            if by_dbt_alone:
                return self._run(arguments, environment, place, vars)
            # Of tables so small, threads of one query wait for each other more than they share.
            with self._quick(vars, query_threads=threads if threads > 2 else 1):
                return self._run(arguments, environment, place, vars)

        if key not in self._builds:
            plain = not (as_of or vars or select or tests or by_dbt_alone)
            if plain and raw_folder == DEMO.resolve() and BUILT_DEMO.is_file():
                self._builds[key] = Build(BUILT_DEMO, success=True, statuses={})
            else:
                self._builds[key] = run() if database else self._once(key, run)
        build = self._builds[key]
        if check and not build.success:
            raise AssertionError("dbt build failed:\n" + "\n".join(build.errors))
        return build

    def _once(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, from the worker that asked for it first."""
        folder = self._shared / key
        folder.mkdir(exist_ok=True)
        with locked(folder):
            kept = folder / "made.pickle"
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
            return pickle.loads(kept.read_bytes())

    @contextlib.contextmanager
    def _quick(self, vars: Mapping[str, Any] | None, query_threads: int) -> Iterator[None]:
        """dbt with the SQL that this and other workers have rendered with these `--vars`."""
        file = self._shared / f"rendered{_digest(vars) if vars else ''}.pickle"
        kept: Kept = {}
        with locked(self._shared, "rendered"):
            if file.exists():
                kept = pickle.loads(file.read_bytes())
        known = len(kept)
        with quick(kept, query_threads):
            yield
        if len(kept) > known:
            with locked(self._shared, "rendered"):
                if file.exists():
                    kept = {**pickle.loads(file.read_bytes()), **kept}
                file.write_bytes(pickle.dumps(kept))

    def _parsed(self) -> Any:
        """The project as dbt parses it, for one invocation."""
        from dbt.contracts.graph.manifest import Manifest

        def parse() -> Any:
            place = self._shared / "parsed" / DATABASE
            errors, outcome = self._invoke(["parse"], {"SALES_METRICS_DUCKDB": str(place)}, None)
            assert outcome.success, "\n".join(errors)
            shutil.copy(self._target / "manifest.json", self._shared / "parsed")
            # Its lookups are made again where they are missed: dbt's own pickling mixes them up.
            fields = dataclasses.fields(outcome.result)
            public = [field.name for field in fields if not field.name.startswith("_")]
            return {name: getattr(outcome.result, name) for name in public}

        return Manifest(**self._once("parsed", parse))

    def ask(
        self,
        raw: Path,
        vars: Mapping[str, Any] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Reading | Refusal:
        """Asks dbt what it would read as `run` does, on a project that is parsed once."""
        from sales_metrics.dbt_runs import dbt, reading

        last = self._on_parsed(["run-operation", reading.MACRO], raw, vars or {}, settings or {})
        return reading.understood(dbt.outcome({**last, "results": []}), last["said"], raw)

    def refused(self, raw: Path, select: str, vars: Mapping[str, Any] | None = None) -> list[str]:
        """Why `dbt build` of a selection refuses a raw folder; on a project that is parsed once."""
        from sales_metrics.dbt_runs import dbt

        arguments = [*_without_tests(), "--select", *select.split()]
        last = self._on_parsed(arguments, raw, vars or {}, {})
        return [] if last["success"] else list(dbt.outcome({**last, "results": []}).sentences)

    def broken_rules(self, folder: Path, raw: Path, select: str) -> list[str]:
        """What `dbt test` of a selection says is wrong in the tables of `folder`/DATABASE."""
        settings = {"SALES_METRICS_DUCKDB": str(folder / DATABASE)}
        last = self._on_parsed(["test", "--select", *select.split()], raw, {}, settings)
        return [rule for rules in last["broken"].values() for rule in rules]

    def _on_parsed(
        self,
        arguments: Sequence[str],
        raw: Path,
        vars: Mapping[str, Any],
        settings: Mapping[str, str],
    ) -> dict[str, Any]:
        """What dbt does and says, as its child tells it to the program."""
        from sales_metrics.dbt_runs.dbt_child import BROKEN_RULE, TELLS

        said: dict[str, Any] = {}
        broken: dict[str, list[str]] = {}

        def listen(event: Any) -> None:
            if event.info.name == "JinjaLogInfo" and event.data.msg.startswith(TELLS):
                said.update(json.loads(event.data.msg.removeprefix(TELLS)))
            elif event.info.name == "JinjaLogInfo" and (rule := BROKEN_RULE.match(event.data.msg)):
                broken.setdefault(rule[1], []).append(rule[2])

        place = {"SALES_METRICS_DUCKDB": str(self._work / DATABASE), "SALES_METRICS_RAW": str(raw)}
        errors, done = self._invoke(
            arguments, {**place, **settings}, vars, parsed=self._parsed(), listen=listen
        )
        exception = str(done.exception or "") or None
        return {
            "success": done.success,
            "exception": exception,
            "errors": errors,
            "said": said,
            "broken": broken,
        }

    def manifest(self) -> dict[str, Any]:
        """dbt's manifest of the project as it lies, parsed once."""
        self._parsed()
        path = self._shared / "parsed" / "manifest.json"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def compiled(self) -> dict[str, str]:
        """The SQL that dbt would send for each model of the golden world, by path of its file."""
        folder = self._compile("path:models")
        # Folders named after a YAML file hold the tests it lists.
        return {
            str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted((folder / "models").rglob("*.sql"))
            if path.parent.suffix != ".yml"
        }

    def compiled_tests(self, select: str) -> dict[str, str]:
        """The SQL of the data tests that `select` names, by name; its database is `compiled`."""
        folder = self._compile(select)
        tests = [path for path in folder.rglob("*.sql") if "models" not in path.parts]
        return {path.stem: path.read_text(encoding="utf-8") for path in tests}

    def _compile(self, select: str) -> Path:
        folder = self._target / "compiled" / "sales_metrics"
        if folder.exists():
            shutil.rmtree(folder)
        database = self._work / "compiled" / DATABASE
        database.parent.mkdir(exist_ok=True)
        environment = {"SALES_METRICS_RAW": str(GOLDEN), "SALES_METRICS_DUCKDB": str(database)}
        outcome = self._run(["compile", "--select", *select.split()], environment, database)
        assert outcome.success, "\n".join(outcome.errors)
        return folder

    def analysis(self, name: str, raw_folder: Path, *, as_of: str) -> str:
        """The SQL of an analysis, to be run on a build of the raw folder.

        dbt opens what it compiles against to write, which it may not while another worker reads
        the build: it compiles against another database of the same name.
        """
        database = self._work / "compiled" / DATABASE
        database.parent.mkdir(exist_ok=True)
        environment = {
            "SALES_METRICS_RAW": str(raw_folder.resolve()),
            "SALES_METRICS_DUCKDB": str(database),
            "SALES_METRICS_AS_OF_DATE": as_of,
        }
        outcome = self._run(["compile", "--select", name], environment, database)
        assert outcome.success, "\n".join(outcome.errors)
        path = self._target / "compiled" / "sales_metrics" / "analyses" / f"{name}.sql"
        return path.read_text(encoding="utf-8")

    @property
    def _target(self) -> Path:
        return self._work / "target"

    def _run(
        self,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        database: Path,
        vars: Mapping[str, Any] | None = None,
    ) -> Build:
        # A file of another name is another database, which only a project parsed for it knows.
        parsed = self._parsed() if database.name == DATABASE else None
        errors, outcome = self._invoke(arguments, settings, vars, parsed=parsed)
        message = str(outcome.exception or "").strip()
        if message and not any(message in error for error in errors):
            errors.append(message)
        results = getattr(outcome.result, "results", None) or []
        return Build(
            database=database,
            success=outcome.success,
            statuses={result.node.unique_id: str(result.status) for result in results},
            errors=tuple(dict.fromkeys(errors)),
        )

    def _invoke(
        self,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        vars: Mapping[str, Any] | None,
        *,
        parsed: Any = None,
        listen: Callable[[Any], None] | None = None,
    ) -> tuple[list[str], Any]:
        """The errors dbt tells of, in their order, and what it returns."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        errors: list[str] = []

        def remember(event: Any) -> None:
            if event.info.level == "error" and event.info.msg.strip():
                errors.append(event.info.msg.strip())

        common = [
            *("--project-dir", str(REPO), "--profiles-dir", str(REPO / "profiles")),
            *("--target-path", str(self._target), "--log-path", str(self._work / "logs")),
            # Writing the log takes a tenth of a small build.
            *("--no-send-anonymous-usage-stats", "--quiet", "--log-level-file", "none"),
        ]
        if list(arguments) != ["parse"]:
            common.append("--no-write-json")
        if vars:
            common += ["--vars", yaml.safe_dump(dict(vars))]
        # Who waits for whose tests is found at once, and not by a walk from every node.
        settings = {"DBT_USE_FAST_TEST_EDGES": "true", **settings}
        listeners = [remember, *([listen] if listen else [])]
        with environment(settings):
            outcome = dbtRunner(manifest=parsed, callbacks=listeners).invoke([*arguments, *common])
        # dbt would hold the file until its next run, and nobody could read it with other settings.
        DuckDBConnectionManager.close_all_connections()
        return errors, outcome


@contextlib.contextmanager
def locked(folder: Path, what: str = "") -> Iterator[None]:
    """Holds a folder, or `what` is in it, against the other workers of the session."""
    with (folder / f"{what}lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_small_company(folder: Path, until: dt.date | None = None, **options: Any) -> Path:
    """The raw tables of a company small enough for tests that build it several times over.

    `until` writes the export as it stood at the end of that day; `options` are `write_company`'s.
    """
    from demo_companies.company import HORIZON, named_company
    from demo_companies.export import write_company

    company = named_company("kelvinmark", opportunities=1_500, activities=6)
    write_company(company, folder, until or HORIZON, **options)
    return folder


def assert_same_marts(
    left: Build,
    right: Build,
    *,
    tables: Sequence[str] | None = None,
    where: Mapping[str, str] | str | None = None,
    ignore: Mapping[str, Collection[str]] | None = None,
    schema: str = "marts",
) -> int:
    """Asserts that two builds hold the same rows in every table of a schema, whatever the order.

    Text, dates, counts and money must be equal; floats may differ by 1e-9 of their size. `where`
    keeps the rows to compare: one condition for all tables, or one per table (a table without one
    is compared whole); `ignore` names columns to leave out, per table. Returns the number of rows
    compared, so that a test can see it was not 0.
    """
    return _compare(left, right, tables, where, ignore, schema, both_ways=True)


def assert_rows_kept(
    earlier: Build,
    later: Build,
    *,
    tables: Sequence[str] | None = None,
    where: Mapping[str, str] | str | None = None,
    ignore: Mapping[str, Collection[str]] | None = None,
    schema: str = "marts",
) -> int:
    """As `assert_same_marts`, but the later build may have rows that the earlier had not."""
    return _compare(earlier, later, tables, where, ignore, schema, both_ways=False)


def _compare(
    left: Build,
    right: Build,
    tables: Sequence[str] | None,
    where: Mapping[str, str] | str | None,
    ignore: Mapping[str, Collection[str]] | None,
    schema: str,
    *,
    both_ways: bool,
) -> int:
    if tables is None:
        assert left.tables(schema) == right.tables(schema), "the builds have different tables"
        tables = left.tables(schema)
    compared = 0
    differences: list[str] = []
    connection = duckdb.connect()
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{left.database}' as lhs (read_only)")
        connection.execute(f"attach '{right.database}' as rhs (read_only)")
        for table in tables:
            columns = left.columns(table, schema)
            if columns != right.columns(table, schema):
                differences.append(f"{table}: the columns differ")
                continue
            condition = where if isinstance(where, str) else (where or {}).get(table)
            left_out = (ignore or {}).get(table, ())
            kept = {name: kind for name, kind in columns.items() if name not in left_out}
            rows, found = _differences(
                connection, f"{schema}.{table}", kept, condition, both_ways=both_ways
            )
            compared += rows
            differences += found
    finally:
        connection.close()
    assert not differences, "\n".join(differences)
    return compared


def _differences(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    condition: str | None,
    *,
    both_ways: bool,
) -> tuple[int, list[str]]:
    """The number of rows on the left, and a line for each of the first rows that differ."""
    chosen = f"where {condition}" if condition else ""
    listed = ", ".join(f'"{name}"' for name in columns)
    for side in ("lhs", "rhs"):
        other = "rhs" if side == "lhs" else "lhs"
        connection.execute(
            f"create or replace temp table only_{side} as"
            f" select {listed} from {side}.{table} {chosen}"
            f" except all select {listed} from {other}.{table} {chosen}"
        )
    counted = connection.execute(f"select count(*) from lhs.{table} {chosen}").fetchone()
    assert counted is not None
    floats = [name for name, kind in columns.items() if kind in FLOAT_TYPES]
    if floats:
        _forgive_rounding(connection, columns, floats)
    lines = []
    sides = [("lhs", "only on the left"), ("rhs", "only on the right")]
    for side, label in sides if both_ways else sides[:1]:
        found = connection.execute(f"select count(*) from only_{side}").fetchone()
        assert found is not None
        if found[0]:
            lines.append(f"{table}: {found[0]} rows {label}, the first of them:")
            names = list(columns)
            sample = connection.execute(f"select * from only_{side} order by all limit 5")
            lines += [f"    {dict(zip(names, row, strict=True))}" for row in sample.fetchall()]
    return int(counted[0]), lines


def _forgive_rounding(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], floats: Sequence[str]
) -> None:
    """Takes out of only_lhs and only_rhs the pairs that differ by the last digits of a float."""
    exact = ", ".join(f'"{name}"' for name in columns if name not in floats) or "true"
    order = ", ".join(f'"{name}"' for name in floats)
    for side in ("lhs", "rhs"):
        connection.execute(
            f"create or replace temp table numbered_{side} as select *, row_number() over"
            f" (partition by {exact} order by {order}) as pair_number from only_{side}"
        )
    same = [f'l."{name}" is not distinct from r."{name}"' for name in columns if name not in floats]
    close = [
        f'(l."{name}" is not distinct from r."{name}" or abs(l."{name}" - r."{name}")'
        f' <= 1e-9 * greatest(abs(l."{name}"), abs(r."{name}")))'
        for name in floats
    ]
    matched = " and ".join(["l.pair_number = r.pair_number", *same, *close])
    for side, mine, theirs in (("lhs", "l", "r"), ("rhs", "r", "l")):
        other = "rhs" if side == "lhs" else "lhs"
        connection.execute(
            f"create or replace temp table only_{side} as select {mine}.* exclude (pair_number)"
            f" from numbered_{side} as {mine} anti join numbered_{other} as {theirs} on {matched}"
        )


def _without_tests() -> list[str]:
    return ["build", "--exclude-resource-type", "test", *WITHOUT_UNIT_TESTS]


def _fingerprint(folder: Path) -> list[str]:
    """Changes when a file of the raw folder does."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return [str(folder), *(f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)]


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@contextlib.contextmanager
def environment(values: Mapping[str, str], *, keep: bool = False) -> Iterator[None]:
    """Sets environment variables, and but for `keep` forgets the project's own before."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(PREFIX) and not keep:
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
