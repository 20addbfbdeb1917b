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
from sales_metrics.remember import remember

DEALS = "id,owner,stage,created_date,close_date,amount,account,loss_reason\n"
ACCOUNTS = "id,name,employees\n"
SELECT = "+int_attributes_remembered +int_known_attribute_findings +data_quality"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw" / "csv_export"
    folder.mkdir(parents=True)
    write(tmp_path / "raw", employees="20", reason="Price")
    return tmp_path / "raw"


def write(raw: Path, *, employees: str, reason: str) -> None:
    (raw / "csv_export" / "opportunities.csv").write_text(
        f"{DEALS}d1,ida,Closed Lost,2025-03-03,2025-04-04,900,a1,{reason}\n"
        "d2,ida,Closed Lost,2025-03-03,2025-04-04,900,a1,\n",
        encoding="utf-8",
    )
    (raw / "csv_export" / "accounts.csv").write_text(
        f"{ACCOUNTS}a1,Fjordlys AS,{employees}\na2,Tinghus AB,\n", encoding="utf-8"
    )


def kept(raw: Path) -> list[list[str]]:
    with (raw / "ledger" / "known_attributes.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


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


def test_a_database_without_a_build_is_told_in_a_sentence(tmp_path: Path, raw: Path) -> None:
    outcome = CliRunner().invoke(
        cli, ["remember", "--database", str(tmp_path / "none.duckdb"), "--raw", str(raw)]
    )
    assert isinstance(outcome.exception, SalesMetricsError)
    assert "build it first" in str(outcome.exception)
    shutil.rmtree(raw)
