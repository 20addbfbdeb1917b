"""A raw text means the same on every engine: one table of texts, and what each is read as.

The table is stated by hand. The half for Spark renders the macros for that target and runs them in
a session of its own; it needs nothing to be built: `pytest -m spark python/tests/test_casts.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import DEMO, REPO, environment

ISO_DAYS: dict[str, str | None] = {
    "2025-02-03": "2025-02-03",
    "2025-2-3": "2025-02-03",
    " 2025-02-03 ": "2025-02-03",
    "2025/02/03": "2025-02-03",
    "2025/2/3": "2025-02-03",
    "2025-02-03 23:30": "2025-02-03",
    "2025-02-03T23:30:00-05:00": "2025-02-03",
    "2025-02-03 23:30:00 +0200": "2025-02-03",
    "2025-02-03 23:30UTC": "2025-02-03",
    "2024-02-29": "2024-02-29",
    "2025-02-29": None,
    "2025-02-30": None,
    "2025-13-01": None,
    "2025-00-10": None,
    "2025-02/03": None,
    "02025-02-03": None,
    "25-02-03": None,
    "2025-02": None,
    "2025": None,
    "20250203": None,
    "2025-02-03Z": None,
    "2025-02-03 or so": None,
    "2025-02-03 23": None,
    "2025-02-03T24:00:00": None,
    "2025-02-03T23:59:60": None,
    "2025-02-03T10:00:00,5": None,
    "3 Feb 2025": None,
    "03.02.2025": None,
    "0000-01-01": None,
    "0001-01-01": None,
    "1899-12-31": None,
    "2201-01-01": None,
    "9999-12-31": None,
    "10000-01-01": None,
    "-2025-02-03": None,
    "epoch": None,
    "infinity": None,
    "-infinity": None,
    "inf": None,
    "today": None,
    "now": None,
    "1'000": None,
    "45691": None,
    "\uff12\uff10\uff12\uff15-02-03": None,
    "2025-02-03\n": None,
    "": None,
    "   ": None,
}
ISO_INSTANTS: dict[str, str | None] = {
    "2025-02-03": "2025-02-03 00:00:00",
    "2025/02/03": "2025-02-03 00:00:00",
    "2025/2/3 9:05": "2025-02-03 09:05:00",
    "2025-02-03 10:00": "2025-02-03 10:00:00",
    "2025-02-03 10:00:07": "2025-02-03 10:00:07",
    "2025-02-03T10:00:00Z": "2025-02-03 10:00:00",
    "2025-02-03T10:00:00 Z": "2025-02-03 10:00:00",
    "2025-02-03 10:00:00 UTC": "2025-02-03 10:00:00",
    "2025-02-03 10:00UTC": "2025-02-03 10:00:00",
    "2025-02-03 10:00:00 GMT": "2025-02-03 10:00:00",
    "2025-02-03T10:00:00+02:00": "2025-02-03 08:00:00",
    "2025-02-03T10:00:00+0200": "2025-02-03 08:00:00",
    "2025-02-03T10:00:00+02": "2025-02-03 08:00:00",
    "2025-02-03 10:00:00 +0200": "2025-02-03 08:00:00",
    "2025-02-03 10:00:00 -05:30": "2025-02-03 15:30:00",
    "2025-02-03T10:00:00-0030": "2025-02-03 10:30:00",
    "2025-02-03T10:00:00+14:00": "2025-02-02 20:00:00",
    "2025-02-03T10:00:00.5": "2025-02-03 10:00:00.5",
    "2025-02-03T10:00:00.12": "2025-02-03 10:00:00.12",
    "2025-02-03T10:00:00.123Z": "2025-02-03 10:00:00.123",
    "2025-02-03T10:00:00.1234": "2025-02-03 10:00:00.1234",
    "2025-02-03T10:00:00.12345": "2025-02-03 10:00:00.12345",
    "2025-02-03T10:00:00.123456": "2025-02-03 10:00:00.123456",
    "2025-02-03T10:00:00.1234567": "2025-02-03 10:00:00.123456",
    "2025-02-03T10:00:00.12345678": "2025-02-03 10:00:00.123456",
    "2025-02-03T10:00:00.999999999Z": "2025-02-03 10:00:00.999999",
    "2025-02-03T10:00:00.1234567891": None,
    "2025-02-03  10:00": None,
    "2025-02-03T24:00:00": None,
    "2025-02-03T10:60:00": None,
    "2025-02-03T10:00:60": None,
    "2025-02-03T10:5:00": None,
    "2025-02-03 10": None,
    "2025-02-03t10:00:00z": None,
    "2025-02-03T10:00:00+2": None,
    "2025-02-03T10:00:00+15:00": None,
    "2025-02-03 10:00:00 PST": None,
    "2025-02-03 10:00:00 Europe/Berlin": None,
    "2025-02-03T10:00:00[UTC]": None,
    "2025-02-03 10:00 AM": None,
    "2025-02-30 10:00": None,
    "10:00:00": None,
    "epoch": None,
    "infinity": None,
    "1738576800": None,
    "0000-01-01 00:00": None,
    "10000-01-01 00:00": None,
    "2025-02-03 10:00:00\n": None,
}
TWELVE_HOURS: dict[str, str | None] = {
    "9/29/25 1:05 PM": "2025-09-29 13:05:00",
    "09/29/2025 12:00 AM": "2025-09-29 00:00:00",
    "09/29/2025 12:30pm": "2025-09-29 12:30:00",
    "9/29/2025 11:59:58 pm": "2025-09-29 23:59:58",
    "9/29/2025 13:05:09": "2025-09-29 13:05:09",
    "9/29/2025": "2025-09-29 00:00:00",
    "9/29/68": "2068-09-29 00:00:00",
    "9/29/99": "1999-09-29 00:00:00",
    "9/29/2025 13:05 PM": None,
    "9/29/2025 0:30 AM": None,
    "29/9/2025": None,
    "2/30/2025": None,
    "9/29/125": None,
    "9-29-2025": None,
    "2025-09-29": None,
}
NUMBERS: dict[str, str | None] = {
    "12": "12.00",
    " 12 ": "12.00",
    "+5": "5.00",
    "-5": "-5.00",
    "0012.50": "12.50",
    "12.": "12.00",
    ".5": "0.50",
    "-.5": "-0.50",
    "1e3": "1000.00",
    "1E+3": "1000.00",
    "1.5e-1": "0.15",
    "12.345": "12.35",
    "-12.345": "-12.35",
    "9999999999999999": None,
    "99999999999999999": None,
    "100000000000000.01": None,
    "100000000000000": "100000000000000.00",
    "1e30": None,
    "1e400": None,
    "1,000": None,
    "(100)": None,
    "$5": None,
    "5%": None,
    "5-": None,
    "1_000": None,
    "0x10": None,
    "0b11": None,
    "1'000": None,
    "1d": None,
    "1.5f": None,
    "12.5.5": None,
    "1 000": None,
    "--5": None,
    ".": None,
    "e3": None,
    "NaN": None,
    "inf": None,
    "-Infinity": None,
    "\uff11\uff12": None,
    "\u0661\u0662": None,
    "12\n": None,
    "n/a": None,
    "": None,
}
DOUBLES: dict[str, str | None] = {
    "12.25": "12.25",
    "1e3": "1000.0",
    "-0.5": "-0.5",
    "1d": None,
    "NaN": None,
    "nan": None,
    "inf": None,
    "infinity": None,
    "1e400": None,
    "0x10": None,
    "1_000": None,
}
WHOLES: dict[str, str | None] = {
    "12": "12",
    "12.4999999999": "12",
    "12.5": "13",
    "-12.5": "-13",
    "1e3": "1000",
    "12.0": "12",
    "0x10": None,
    "1_000": None,
    "99999999999999999999": None,
    "true": None,
}
BOOLEANS: dict[str, str | None] = {
    **dict.fromkeys(["true", "TRUE", "t", "T", "yes", "Yes", "y", "1", " true "], "true"),
    **dict.fromkeys(["false", "False", "f", "no", "N", "0"], "false"),
    **dict.fromkeys(["on", "off", "1.0", "01", "2", "-1", "null", "ja", "x", ""], None),
}
AMERICAN: dict[str, str | None] = {
    "$22,700.00": "22700.00",
    "22,700": "22700.00",
    "-$1,200.50": "-1200.50",
    "$-5": "-5.00",
    "1,00,000": "100000.00",
    "62%": "62.00",
    "1200": "1200.00",
    "22.700,00": None,
    "1,2": None,
    "1,2000": None,
    ",200": None,
    "(100)": None,
}
EUROPEAN: dict[str, str | None] = {
    "1.234,56": "1234.56",
    "1.234": "1234.00",
    "1234,5": "1234.50",
    "1 234,56": "1234.56",
    "1\u00a0234,56 €": "1234.56",
    "1\u202f234\u202f567,8": "1234567.80",
    "€ 12,00": "12.00",
    "-1.234,56": "-1234.56",
    "62,5 %": "62.50",
    "1,234.56": None,
    "1.23": None,
    "12.3456,7": None,
    "1.2345": None,
}
# As written in Phoenix, seven hours behind UTC all year.
DAYS_OR_INSTANTS: dict[str, str | None] = {
    "2025-07-01": "2025-07-01",
    "2025-07-01T00:00:00Z": "2025-07-01",
    "2025-07-01T00:00:00.000+0000": "2025-07-01",
    "2025-07-01 00:00": "2025-07-01",
    "2025-07-01T00:00:00+02:00": "2025-07-01",
    "2025-07-01T01:30Z": "2025-06-30",
    "2025-07-01T01:30:00.000+0000": "2025-06-30",
    "2025-07-01 01:30:00 UTC": "2025-06-30",
    "2025-07-01T06:59:59.999Z": "2025-06-30",
    "2025-07-01T07:00:00Z": "2025-07-01",
    # Without a zone nobody can know.
    "2025-07-01 01:30": "2025-07-01",
}
ALWAYS_INSTANTS = {
    "2025-07-01": "2025-07-01",
    "2025-07-01T00:00:00Z": "2025-06-30",
    "2025-07-01 00:00": "2025-06-30",
    "2025-07-01T00:00:00-07:00": "2025-07-01",
}
NEVER_INSTANTS = {
    "2025-07-01T01:30:00Z": "2025-07-01",
    "2025-07-01T00:00:00.000Z": "2025-07-01",
}
OTHER_DAYS: dict[str, dict[str, str | None]] = {
    "m/d/y": {"1/2/25": "2025-01-02", "1/2/2025 23:30": "2025-01-02", "13/2/2025": None},
    "d/m/y": {"13/2/2025": "2025-02-13", "1/2/25": "2025-02-01", "2/13/2025": None},
    "d-m-y": {"13-2-2025": "2025-02-13", "31-12-25 23:59": "2025-12-31", "2025-02-13": None},
    "d.m.y": {"13.2.2025": "2025-02-13", "01.02.25": "2025-02-01", "13/2/2025": None},
}
WINDOWS = {
    "0001-01-01": "0001-01-01",
    "9999-12-31": "9999-12-31",
    "2025-02-03": "2025-02-03",
    "0000-12-31": None,
    "10000-01-01": None,
}
MONEY = {"least": -100000000000000, "most": 100000000000000}

# A spreadsheet's blanks are of many kinds. Within a text they are part of it.
WORDS: dict[str, str | None] = {
    " SMB ": "SMB",
    "SMB\u00a0": "SMB",
    "\u2003SMB\u202f ": "SMB",
    "SMB\u00a0EMEA": "SMB\u00a0EMEA",
    "\tSMB\n": "\tSMB\n",
    "\u00a0": None,
    "": None,
}
# Where clocks go back to midnight it strikes twice: the day begins with the first. Where they go
# forward from midnight the day begins at one.
DAYS_OF_HAVANA = {
    "2025-11-01": "2025-11-01 04:00:00",
    "2025-11-02": "2025-11-02 04:00:00",
    "2025-11-03": "2025-11-03 05:00:00",
    "2025-03-09": "2025-03-09 05:00:00",
    "2025-03-10": "2025-03-10 04:00:00",
}
DAYS_OF_THE_AZORES = {
    "2025-10-26": "2025-10-26 00:00:00",
    "2025-10-27": "2025-10-27 01:00:00",
    "2025-03-30": "2025-03-30 01:00:00",
    "2025-03-31": "2025-03-31 00:00:00",
}

Field = Mapping[str, Any]
Group = tuple[str, Field, Mapping[str, str], Mapping[str, str | None]]


def _group(name: str, table: Mapping[str, str | None], wanted: str, **more: Any) -> Group:
    formats = {"date": more.pop("date", "iso"), "amount": more.pop("amount", "plain")}
    return name, {"type": wanted, **more}, formats, table


GROUPS: Sequence[Group] = (
    _group("iso days", ISO_DAYS, "date"),
    _group("iso instants", ISO_INSTANTS, "timestamp"),
    _group("twelve hours", TWELVE_HOURS, "timestamp", date="m/d/y"),
    *(_group(style, table, "date", date=style) for style, table in OTHER_DAYS.items()),
    _group("windows", WINDOWS, "date", kind="window"),
    _group("numbers", NUMBERS, "decimal(18,2)", range=MONEY),
    _group("doubles", DOUBLES, "double"),
    _group("whole numbers", WHOLES, "bigint"),
    _group("booleans", BOOLEANS, "boolean"),
    _group("words", WORDS, "varchar"),
    _group("american amounts", AMERICAN, "decimal(18,2)", amount="us"),
    _group("european amounts", EUROPEAN, "decimal(18,2)", amount="eu"),
)
IN_PHOENIX: Sequence[Group] = (
    _group("days or instants", DAYS_OR_INSTANTS, "date", instants="timed"),
    _group("always instants", ALWAYS_INSTANTS, "date", instants="always"),
    _group("never instants", NEVER_INSTANTS, "date", instants="never"),
)
IN_HAVANA: Sequence[Group] = (_group("days of Havana", DAYS_OF_HAVANA, "timestamp"),)
IN_THE_AZORES: Sequence[Group] = (_group("days of the Azores", DAYS_OF_THE_AZORES, "timestamp"),)
BY_ZONE = [
    (GROUPS, "UTC"),
    (IN_PHOENIX, "America/Phoenix"),
    (IN_HAVANA, "America/Havana"),
    (IN_THE_AZORES, "Atlantic/Azores"),
]


def rendered(groups: Sequence[Group], target: str, zone: str, work: Path) -> str:
    """The SQL that reads the table `given` (place, text) on a target; nothing is connected to."""
    from dbt.cli.main import dbtRunner

    branches = [
        f"select '{name}' as group_name, place, raw_text, cast("
        f"{{{{ cast_raw('raw_text', 'varchar', {dict(field)!r}, {dict(formats)!r}) }}}}"
        f" as string) as found from given where group_name = '{name}'"
        for name, field, formats, _ in groups
    ]
    settings = {"SALES_METRICS_RAW": str(DEMO), "SALES_METRICS_DUCKDB": str(work / "cast.duckdb")}
    with environment(settings):
        outcome = dbtRunner().invoke(
            [
                *("compile", "--inline", " union all ".join(branches), "--target", target),
                *("--vars", json.dumps({"business_timezone": zone})),
                *("--no-introspect", "--no-populate-cache", "--quiet"),
                *("--project-dir", str(REPO), "--profiles-dir", str(REPO / "profiles")),
                *("--target-path", str(work / target), "--log-path", str(work / "logs")),
                "--no-send-anonymous-usage-stats",
            ]
        )
    assert outcome.success, outcome.exception
    result: Any = outcome.result
    (compiled,) = result.results
    return str(compiled.node.compiled_code)


def given(groups: Sequence[Group]) -> list[tuple[str, int, str]]:
    return [(name, place, text) for name, _, _, table in groups for place, text in enumerate(table)]


def wrong(groups: Sequence[Group], found: Sequence[tuple[Any, ...]]) -> list[str]:
    """A line for each text that was read as something else."""
    tables = {name: table for name, _, _, table in groups}
    assert len(found) == sum(map(len, tables.values()))
    return [
        f"{name}: {text!r} is {tables[name][text]!r} and was read as {value!r}"
        for name, _, text, value in sorted(found)
        if value != tables[name][text]
    ]


@pytest.mark.parametrize(("groups", "zone"), BY_ZONE)
def test_texts_mean_on_duckdb_what_the_table_says(
    tmp_path: Path, groups: Sequence[Group], zone: str
) -> None:
    """In whatever zone the session stands: the profile of a root project is not ours."""
    sql = rendered(groups, "duckdb", zone, tmp_path)
    for session in ("UTC", "America/New_York", "Europe/Berlin"):
        with duckdb.connect() as connection:
            connection.execute(f"set timezone = '{session}'")
            connection.execute(
                "create table given (group_name varchar, place int, raw_text varchar)"
            )
            connection.executemany("insert into given values (?, ?, ?)", given(groups))
            found = connection.execute(sql).fetchall()
        assert wrong(groups, found) == [], session


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session without tables, or the one that is there; nothing of ours is left behind."""
    pytest.importorskip("pyspark", reason="install requirements-spark.txt")
    pytest.importorskip("dbt.adapters.spark", reason="install requirements-spark.txt")
    if shutil.which("java") is None:
        pytest.skip("no Java here: Spark needs Java 8, 11 or 17")
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    session = before or (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    yield session
    if before is None:
        session.stop()
        # The engine itself ends too: a later session could bring it no jars of its own.
        gateway: Any = SparkContext._gateway
        SparkContext._gateway, SparkContext._jvm = None, None
        gateway.shutdown()


@pytest.mark.spark
@pytest.mark.parametrize(("groups", "zone"), BY_ZONE)
def test_texts_mean_on_spark_what_the_table_says(
    spark: Any, tmp_path: Path, groups: Sequence[Group], zone: str
) -> None:
    sql = rendered(groups, "spark", zone, tmp_path)
    spark.conf.set("spark.sql.ansi.enabled", "false")
    spark.createDataFrame(
        given(groups), "group_name string, place int, raw_text string"
    ).createOrReplaceTempView("given")
    found = [tuple(row) for row in spark.sql(sql).collect()]
    assert wrong(groups, found) == []
