"""The same models on Spark: green, replaced by a second run, the public tables as on DuckDB.

Needs the package group `spark` and Java; skips with the reason where they are not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

import landings
from engine_parity import __main__ as parity
from engine_parity.exporting import export
from harness import GOLDEN, REPO, Build, BuildProject, environment

pytestmark = pytest.mark.spark

VARS = {"business_timezone": "America/New_York", "fiscal_year_start_month": 1}
JAR = "snowpark_connect_deps_iceberg/jars/iceberg-spark-runtime-3.5_2.12-*.jar"
GREEN = ("success", "pass", "no-op")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
NO_DATA_TESTS = ("--exclude-resource-type", "test")
# Slow here, for what DuckDB has proven of tables that are the same: part of the full check alone
# (docs/spark.md).
IN_FULL = bool(os.environ.get("SALES_METRICS_SPARK_IN_FULL"))
NO_TESTS_WITHIN = (
    *NO_UNIT_TESTS,
    *("--exclude", "test_type:data,path:models/intermediate", "test_type:data,path:models/staging"),
)
# Every table of the golden world is tiny: what costs is compiling and planning, not computing.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
DEFAULTS = """\
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.adaptive.enabled false
"""


def iceberg_jar() -> Path:
    """The jar in the environment the tests run in."""
    for package in ("pyspark", "dbt.adapters.spark", "snowpark_connect_deps_iceberg"):
        try:
            found = importlib.util.find_spec(package)
        except ModuleNotFoundError:
            found = None
        if found is None:
            pytest.skip(f"no package {package} here: install requirements-spark.txt")
    if shutil.which("java") is None:
        pytest.skip("no Java here: Spark needs Java 8, 11 or 17")
    home = importlib.util.find_spec("snowpark_connect_deps_iceberg")
    assert home is not None
    assert home.submodule_search_locations
    (jar,) = Path(home.submodule_search_locations[0]).parent.glob(JAR)
    return jar


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden world in Salesforce, and a company in HubSpot beside it."""
    folder = tmp_path_factory.mktemp("two_crms") / "raw"
    shutil.copytree(GOLDEN, folder)
    landings.fivetran(folder / "hubspot")
    return folder


@pytest.fixture(scope="module")
def on_duckdb(build_project: BuildProject, raw: Path) -> Build:
    return build_project(raw, vars=VARS)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, raw: Path, on_duckdb: Build) -> Iterator[Path]:
    """A folder with a Spark of its own, whose settings are in the environment."""
    jar = iceberg_jar()
    folder = tmp_path_factory.mktemp("spark")
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(DEFAULTS)
    (folder / "warehouse").mkdir()
    settings = {
        "SALES_METRICS_RAW": str(raw),
        "SALES_METRICS_DUCKDB": str(on_duckdb.database),
        "SALES_METRICS_SPARK_WAREHOUSE": str(folder / "warehouse"),
        "SALES_METRICS_SPARK_JARS": str(jar),
        "SALES_METRICS_SPARK_PARTITIONS": "1",
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JDK_JAVA_OPTIONS": JAVA_OPTIONS,
    }
    with environment(settings):
        yield folder
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        if session is not None:
            session.stop()


def build_on_spark(work: Path, arguments: Sequence[str] = ()) -> dict[str, str]:
    """The status of every node of one `dbt build` with the target spark."""
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(
        [
            *["build", "--target", "spark", "--vars", json.dumps(VARS), *arguments],
            *["--project-dir", str(REPO), "--profiles-dir", str(REPO / "profiles")],
            *["--target-path", str(work / "target"), "--log-path", str(work / "logs")],
            *["--no-send-anonymous-usage-stats", "--quiet"],
        ]
    )
    results = getattr(outcome.result, "results", None)
    assert results, outcome.exception
    return {result.node.unique_id: str(result.status) for result in results}


@pytest.fixture(scope="module")
def built(work: Path) -> dict[str, str]:
    return build_on_spark(work, () if IN_FULL else NO_TESTS_WITHIN)


def test_every_model_seed_and_test_passes(built: dict[str, str]) -> None:
    kinds = {unique_id.split(".")[0] for unique_id in built}
    assert kinds >= {"model", "seed", "test"} | ({"unit_test"} if IN_FULL else set())
    assert len(built) > 400
    assert not {name: status for name, status in built.items() if status not in GREEN}


def test_a_second_run_replaces_every_table(work: Path, built: dict[str, str]) -> None:
    """Tables with and without a contract, and seeds: two ways for all the others."""
    rooms = ["path:models/marts", "path:models/intermediate/history", "path:seeds/mappings"]
    again = build_on_spark(work, [*NO_UNIT_TESTS, *NO_DATA_TESTS, "--select", *rooms])
    assert len(again) > 60
    assert not {name: status for name, status in again.items() if status not in GREEN}


@pytest.fixture(scope="module")
def exported(work: Path, built: dict[str, str]) -> dict[str, Path]:
    """The public tables of both targets as Parquet, each brought out once: dbt parses for it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    folders = {target: work / f"exported_from_{target}" for target in ("duckdb", "spark")}
    for target, folder in folders.items():
        export(REPO, REPO / "profiles", target, "marts", folder)
    # A person's command ends with its process; here dbt would hold the file until its next run.
    DuckDBConnectionManager.close_all_connections()
    return folders


@pytest.fixture
def compare(exported: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Result]:
    """The command, with the tables of `exported` but for the left side's."""

    def brought_out(_: Path, __: Path, target: str, ___: str, folder: Path) -> Path:
        tables = left if target == "duckdb" else exported[target] / "tables"
        shutil.copytree(tables, folder / "tables")
        return exported[target] / "dbt" / "manifest.json"

    left = exported["duckdb"] / "tables"

    def command(tables: Path) -> Result:
        nonlocal left
        left = tables
        return CliRunner().invoke(parity.compare, ["duckdb", "spark"])

    monkeypatch.setattr(parity, "export", brought_out)
    return command


def test_both_targets_hold_the_same_public_tables(
    exported: dict[str, Path], compare: Callable[[Path], Result], on_duckdb: Build
) -> None:
    result = compare(exported["duckdb"] / "tables")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line for line in lines if line.startswith("same  metric_values: ")]
    assert lines[-1].startswith(f"{len(on_duckdb.tables())} tables, ")
    assert lines[-1].endswith(" rows compared: 0 tables differ")


def test_a_planted_difference_is_found(
    exported: dict[str, Path], compare: Callable[[Path], Result], tmp_path: Path
) -> None:
    altered = tmp_path / "tables"
    shutil.copytree(exported["duckdb"] / "tables", altered)
    planted = {
        "metric_values": "select * replace (if(metric_id = 'win_rate_t90' and scope = 'company'"
        " and metric_value > 0 and period_type = 'quarter', 1.0000001, 1.0) * metric_value"
        " as metric_value) from tables",
        "fct_opportunities": "select * replace (cast(amount + 0.01 as decimal(18, 2)) as amount)"
        " from tables",
        "dim_reps": "from tables where rep_id <> 'unassigned'",
    }
    for table, query in planted.items():
        file = altered / f"{table}.parquet"
        with duckdb.connect() as connection:
            connection.execute("create table tables as from read_parquet(?)", [str(file)])
            connection.execute(f"copy ({query}) to '{file}' (format parquet)")
    result = compare(altered)
    assert result.exit_code == 1
    differing = [line.split()[1] for line in result.output.splitlines() if line[:4] == "DIFF"]
    assert differing == ["dim_reps:", "fct_opportunities:", "metric_values:"], result.output
    assert "rows differ in amount, the first: opportunity_id=" in result.output
    assert "1 rows only on the right side, the first: rep_id=unassigned" in result.output
