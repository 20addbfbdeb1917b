"""What a build went by is kept, where the CRM keeps no history of it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import BuildProject
from sales_metrics.cli import cli
from sales_metrics.errors import SalesMetricsError
from sales_metrics.kept_files import unfinished_beside
from sales_metrics.remember import COLUMNS, remember

UNFINISHED_HALF = unfinished_beside(Path("known_attributes.csv")).name
DEALS = "id,owner,stage,created_date,close_date,amount,account,loss_reason\n"
ACCOUNTS = "id,name,employees\n"
SELECT = "+int_attributes_remembered +int_known_attribute_findings +data_quality"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write(tmp_path / "raw", employees="20", reason="Price")


@pytest.fixture(scope="module")
def built(build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the same raw tables before anything is remembered."""
    folder = write(tmp_path_factory.mktemp("raw"), employees="20", reason="Price")
    return build_project(folder, as_of="2025-05-31", select=SELECT).database


def write(raw: Path, *, employees: str, reason: str) -> Path:
    (raw / "csv_export").mkdir(parents=True, exist_ok=True)
    (raw / "csv_export" / "opportunities.csv").write_text(
        f"{DEALS}d1,ida,Closed Lost,2025-03-03,2025-04-04,900,a1,{reason}\n"
        "d2,ida,Closed Lost,2025-03-03,2025-04-04,900,a1,\n",
        encoding="utf-8",
    )
    (raw / "csv_export" / "accounts.csv").write_text(
        f"{ACCOUNTS}a1,Fjordlys AS,{employees}\na2,Tinghus AB,\n", encoding="utf-8"
    )
    return raw


def kept(raw: Path) -> list[list[str]]:
    with (raw / "ledger" / "known_attributes.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def ledger(raw: Path, *entries: list[str]) -> Path:
    path = raw / "ledger" / "known_attributes.csv"
    path.parent.mkdir()
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *entries])
    return path


FIRST = [
    ["account", "a1", "employees", "20", "2025-05-31"],
    ["opportunity", "d1", "loss_reason", "Price", "2025-05-31"],
]


def test_only_what_changed_is_added_and_twice_is_once(
    build_project: BuildProject, raw: Path
) -> None:
    first = build_project(raw, as_of="2025-05-31", select=SELECT)
    assert remember(first.database, raw) == 2
    assert kept(raw) == FIRST
    assert remember(first.database, raw) == 2
    assert kept(raw) == FIRST
    write(raw, employees="20", reason="Missing feature")
    second = build_project(raw, as_of="2025-06-30", select=SELECT)
    assert remember(second.database, raw) == 1
    edited = ["opportunity", "d1", "loss_reason", "Missing feature", "2025-06-30"]
    assert kept(raw) == [FIRST[0], edited, FIRST[1]]
    write(raw, employees="20", reason="Timing")
    again = build_project(raw, as_of="2025-06-30", select=SELECT)
    assert remember(again.database, raw) == 1
    assert kept(raw) == [FIRST[0], FIRST[1], [*edited[:3], "Timing", edited[4]]]


def test_an_earlier_build_does_not_change_what_is_known(
    build_project: BuildProject, raw: Path
) -> None:
    remember(build_project(raw, as_of="2025-05-31", select=SELECT).database, raw)
    earlier = build_project(raw, as_of="2025-04-30", select=SELECT)
    with pytest.raises(SalesMetricsError, match=r"remembers a build as of 2025-05-31"):
        remember(earlier.database, raw)
    assert kept(raw) == FIRST


def test_an_entry_of_something_else_is_counted(build_project: BuildProject, raw: Path) -> None:
    folder = raw / "ledger"
    folder.mkdir()
    (folder / "known_attributes.csv").write_text(
        "record_kind,record_id,attribute,value,known_on\n"
        "account,a1,industry,Fishing,2025-05-31\naccount,a9,employees,3,2025-05-31\n",
        encoding="utf-8",
    )
    build = build_project(raw, as_of="2025-06-30", select=SELECT)
    found = build.query(
        "select check_id, rows_failing from marts.data_quality"
        " where check_id like '%attribute' or check_id like '%remembered%' order by 1"
    )
    assert found == [("unknown_attribute", 1), ("unknown_remembered_record", 1)]


@pytest.mark.parametrize("half", ["known_attributes.csv.unfinished", UNFINISHED_HALF])
def test_half_a_file_of_a_killed_write_stands_in_nobodys_way(
    built: Path, raw: Path, half: str
) -> None:
    path = ledger(raw, ["account", "a1", "employees", "20", "2025-04-30"])
    path.with_name(half).write_text("record_kind,record_id,attr", encoding="utf-8")
    assert remember(built, raw) == 1
    assert kept(raw) == [["account", "a1", "employees", "20", "2025-04-30"], FIRST[1]]
    assert sorted(one.name for one in path.parent.iterdir()) == ["known_attributes.csv"]


DAYS = [
    # Of these the build makes days, and of those none: it quarantines the rows.
    ["account", "a1", "employees", "20", "2025/4/30"],
    ["account", "a1", "employees", "15", "30.04.2025"],
    ["account", "a2", "employees", "15", "when it was entered"],
    ["account", "a2", "employees", "15", "9999-12-31"],
    ["account", "a2", "employees", "15", "2025-02-30"],
    ["account", "a2", "employees", "15", ""],
]


def test_a_day_the_build_cannot_read_blocks_nothing(build_project: BuildProject, raw: Path) -> None:
    ledger(raw, *DAYS)
    build = build_project(raw, as_of="2025-05-31", select=SELECT)
    counted = build.query(
        "select rows_failing from marts.data_quality"
        " where check_id = 'quarantined_rows' and table_name = 'ledger.known_attributes'"
    )
    assert counted == [(5,)]
    # The size is known by the one row that can be read; the others stay, to be mended.
    assert remember(build.database, raw) == 1
    assert kept(raw) == sorted([*DAYS, FIRST[1]])


@pytest.mark.parametrize("text", ["2025-06-30", "2025/6/30", "2025-06-30T09:00:00Z"])
def test_a_later_day_however_it_is_written(built: Path, raw: Path, text: str) -> None:
    ledger(raw, ["account", "a1", "employees", "20", text])
    with pytest.raises(SalesMetricsError, match=r"remembers a build as of 2025-06-30"):
        remember(built, raw)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("account,a1,employees", "line 3 has fewer cells than the header"),
        ("account,a1,employees,20,2025-05-31,!", "line 3 has more cells than the header"),
        ('account,a1,employees,"20,2025-05-31', "line 3 has a quote that is not closed"),
    ],
)
def test_a_row_of_another_shape_is_refused_as_the_build_refuses_it(
    build_project: BuildProject, built: Path, raw: Path, line: str, sentence: str
) -> None:
    path = ledger(raw, ["account", "a1", "employees", "20", "2025-04-30"])
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    before = path.read_bytes()
    outcome = CliRunner().invoke(cli, ["remember", "--database", str(built), "--raw", str(raw)])
    assert isinstance(outcome.exception, SalesMetricsError)
    told = f"{path}: {sentence}; export it again as CSV in UTF-8 with commas, and quotes around"
    assert str(outcome.exception).startswith(told)
    assert path.read_bytes() == before
    refused = build_project(raw, as_of="2025-05-31", select=SELECT, check=False)
    assert told.removeprefix(str(path)) in refused.errors[0]


def test_a_database_without_a_build_is_told_in_a_sentence(tmp_path: Path, raw: Path) -> None:
    outcome = CliRunner().invoke(
        cli, ["remember", "--database", str(tmp_path / "none.duckdb"), "--raw", str(raw)]
    )
    assert isinstance(outcome.exception, SalesMetricsError)
    assert "build it first" in str(outcome.exception)
    shutil.rmtree(raw)
