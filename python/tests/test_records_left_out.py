"""Records that were left out, or read as something else, though they tell what happened."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from harness import Build, BuildProject

VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
Rows = Iterable[Mapping[str, object]]


def landed(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """A raw folder of CSV files; a table is called `schema/name`."""
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        listed = list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in listed for key in row)))
            writer.writeheader()
            writer.writerows(listed)
    return folder


def stages(build: Build, opportunity_id: str) -> list[tuple[str, str, bool]]:
    """Since when it was in which stage, and whether that is inferred."""
    return [
        (str(since), stage, inferred)
        for since, stage, inferred in build.query(
            "select entered_at, stage_id, is_inferred from marts.fct_stage_visits"
            f" where opportunity_id = '{opportunity_id}' order by entered_at, visit_number"
        )
    ]


# -- a log's own deletions ------------------------------------------------------------------------


def history(deal: str, when: str, stage: str, **more: object) -> dict[str, object]:
    return {
        "Id": f"008{deal}{stage[:3]}",
        "OpportunityId": deal,
        "CreatedDate": f"{when}T10:00:00.000Z",
        "StageName": stage,
        "Amount": 900,
        "CloseDate": "2025-06-10",
        "IsDeleted": "false",
        **more,
    }


def test_salesforce_deletes_the_history_with_its_deal_and_it_happened_all_the_same(
    tmp_path: Path, build_project: BuildProject
) -> None:
    deal = {
        "Id": "006A",
        "StageName": "Closed Won",
        "OwnerId": "005A",
        "Amount": 900,
        "CloseDate": "2025-06-10",
        "CreatedDate": "2025-04-07T10:00:00.000Z",
        "SystemModstamp": "2025-06-20T10:00:00.000Z",
        "LastModifiedDate": "2025-06-20T10:00:00.000Z",
        "IsDeleted": "true",
    }
    log = [
        history("006A", "2025-04-07", "Qualified", IsDeleted="true"),
        history("006A", "2025-05-12", "Proposal", IsDeleted="true"),
        history("006A", "2025-06-10", "Closed Won", IsDeleted="true"),
    ]
    raw = landed(
        tmp_path, {"salesforce/opportunity": [deal], "salesforce/opportunity_history": log}
    )
    build = build_project(raw, as_of="2025-06-30", vars=VARS)
    assert stages(build, "006A") == [
        ("2025-04-07 10:00:00", "qualified", False),
        ("2025-05-12 10:00:00", "proposal", False),
        ("2025-06-10 10:00:00", "closed_won", False),
    ]


CSV_DEAL = {
    "owner_id": "ana",
    "stage": "Proposal",
    "amount": 100,
    "close_date": "2025-09-30",
    "created_date": "2025-04-07",
    "last_modified_at": "2025-06-20",
    "is_deleted": "false",
}


def line(deal: str, when: str, stage: str, is_deleted: str = "false") -> dict[str, object]:
    return {"opportunity_id": deal, "changed_at": when, "stage": stage, "is_deleted": is_deleted}


@pytest.fixture(scope="module")
def csv_log(tmp_path_factory: pytest.TempPathFactory, build_project: BuildProject) -> Build:
    deals = [
        {"id": "corrected", **CSV_DEAL},
        {"id": "gone", **CSV_DEAL, "is_deleted": "true"},
        # The row is a copy of the morning: what was logged at noon is right.
        {"id": "morning", **CSV_DEAL, "stage": "Demo", "last_modified_at": "2025-06-12T08:00Z"},
        {"id": "seconds", **CSV_DEAL, "stage": "Demo", "last_modified_at": "2025-06-12T11:59:50Z"},
        {"id": "that day", **CSV_DEAL, "stage": "Demo", "last_modified_at": "2025-06-12"},
    ]
    log = [
        *(
            row
            for deal in ("corrected", "gone")
            for row in (
                line(deal, "2025-04-07T10:00Z", "Qualified"),
                line(deal, "2025-05-05T10:00Z", "Demo", is_deleted="true"),
                line(deal, "2025-06-02T10:00Z", "Proposal"),
            )
        ),
        *(
            row
            for deal in ("morning", "seconds", "that day")
            for row in (
                line(deal, "2025-04-07T10:00Z", "Qualified"),
                line(deal, "2025-06-12T12:00Z", "Proposal"),
            )
        ),
    ]
    raw = landed(
        tmp_path_factory.mktemp("log"),
        {"csv_export/opportunities": deals, "csv_export/stage_changes": log},
    )
    return build_project(raw, as_of="2025-06-30", vars=VARS)


def test_a_line_taken_out_of_a_csv_log_is_a_correction_unless_its_deal_is_gone(
    csv_log: Build,
) -> None:
    assert [stage for _, stage, _ in stages(csv_log, "corrected")] == ["qualified", "proposal"]
    assert [stage for _, stage, _ in stages(csv_log, "gone")] == ["qualified", "demo", "proposal"]


def test_a_row_read_before_the_last_record_corrects_nothing(csv_log: Build) -> None:
    last = {deal: stages(csv_log, deal)[-1][1] for deal in ("morning", "seconds", "that day")}
    # Seconds are two clocks, and a day has no hours: these rows may be later than the record.
    assert last == {"morning": "proposal", "seconds": "demo", "that day": "demo"}


# -- before a log told of stages, and before it told times -----------------------------------------


@pytest.fixture(scope="module")
def late_log(tmp_path_factory: pytest.TempPathFactory, build_project: BuildProject) -> Build:
    """A log that began with the move to this CRM, and had days alone for its first weeks."""
    won = {"stage": "Closed Won", "amount": 100, "owner_id": "ana", "is_deleted": "false"}
    deals = [
        {"id": "moved", **won, "close_date": "2024-03-15", "created_date": "2024-01-08"},
        {"id": "imported", **won, "close_date": "2024-03-15", "created_date": "2025-01-20"},
        {"id": "later", **won, "close_date": "2025-02-03", "created_date": "2025-01-20"},
        {"id": "edited", **won, "close_date": "2025-01-31", "created_date": "2024-12-02"},
        {"id": "by day", **CSV_DEAL, "stage": "Demo", "created_date": "2025-01-20"},
        {"id": "by time", **CSV_DEAL, "stage": "Demo", "created_date": "2025-03-10T10:00Z"},
    ]
    log = [
        line("moved", "2025-01-20", "Closed Won"),
        line("imported", "2025-01-20", "Closed Won"),
        line("later", "2025-01-20", "Qualified"),
        line("later", "2025-02-10T10:00Z", "Closed Won"),
        line("edited", "2025-03-10T10:00Z", "Closed Won"),
        line("by day", "2025-01-27", "Qualified"),
        line("by day", "2025-01-27", "Demo"),
        line("by time", "2025-03-10T10:00Z", "Qualified"),
        line("by time", "2025-03-10T10:00Z", "Demo"),
    ]
    raw = landed(
        tmp_path_factory.mktemp("late"),
        {"csv_export/opportunities": deals, "csv_export/stage_changes": log},
    )
    return build_project(raw, as_of="2025-06-30", vars=VARS)


def test_what_closed_before_the_log_began_closed_on_its_close_date(late_log: Build) -> None:
    """The day of the move is no day on which everything was won."""
    closed = dict(
        late_log.query(
            "select opportunity_id, cast(closed_on as varchar) from marts.fct_opportunities"
            " where status = 'won'"
        )
    )
    assert closed == {
        "moved": "2024-03-15",
        # Created by the import: it was not there before.
        "imported": "2025-01-20",
        # The log was there: its day is the truth, whatever the close date was set to.
        "later": "2025-02-10",
        "edited": "2025-03-10",
    }
    assert stages(late_log, "moved") == [
        ("2024-01-08 00:00:00", "prospecting", True),
        ("2024-03-15 00:00:00", "closed_won", True),
    ]


def test_stages_of_one_day_came_one_after_the_other_while_the_log_knew_days(
    late_log: Build,
) -> None:
    assert [stage for _, stage, _ in stages(late_log, "by day")] == ["qualified", "demo"]
    assert [stage for _, stage, _ in stages(late_log, "by time")] == ["demo"]
