"""Rows of planning that were deleted count nothing; an act alone plans nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from harness import Build, BuildProject
from sales_metrics.breaches.acknowledging import acknowledge

DEALS = (
    "id,owner,stage,created_date,close_date,amount\n"
    "D-1,ann,Won,2025-06-02,2025-06-20,10\nD-2,bob,New,2025-06-03,2025-07-20,20\n"
)
PLANNING = {
    "quotas": (
        "rep,month,amount,_fivetran_deleted\nann,2025-06,100,false\nbob,2025-06,900,true\n"
        # Loaded twice, and deleted since.
        "ann,2025-07,900,true\nann,2025-07,900,true\n"
    ),
    "targets": "segment,quarter,metric,amount\n",
    "rep_roster": (
        "rep,start,team,manager,_fivetran_deleted\nann,2025-01-01,North,eve,false\n"
        "ann,2025-06-10,South,bob,true\ncid,2025-01-01,South,bob,true\n"
    ),
    "holidays": ("date,name,_fivetran_deleted\n2025-06-09,Monday off,false\n2025-06-10,No,true\n"),
    "call_scores": (
        "rep,scored_at,score,_fivetran_deleted\nann,2025-06-05,50,false\nann,2025-06-06,90,true\n"
    ),
}
READERS = (
    "int_quota_events int_managers_by_day int_rep_periods int_rep_assignments int_reps_listed"
    " int_calendar_days int_call_score_events int_raw_audit data_quality"
)


def company(folder: Path, planning: dict[str, str]) -> Path:
    for name, text in {"csv_export/opportunities": DEALS, **planning}.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_deleted_row_of_planning_counts_nothing_and_is_counted(
    build_project: BuildProject, tmp_path: Path
) -> None:
    planned = {f"planning/{name}": text for name, text in PLANNING.items()}
    build: Build = build_project(
        company(tmp_path, planned),
        as_of="2025-07-15",
        select=" ".join(f"+{model}" for model in READERS.split())
        + " raw_rows_in_are_rows_out_deleted_duplicates_and_quarantined",
        tests=True,
    )

    def found(columns: str, model: str, where: str = "true") -> list[tuple[object, ...]]:
        return build.query(f"select {columns} from intermediate.{model} where {where} order by all")

    assert found("rep_id, quota_amount", "int_quota_events") == [("ann", 100)]
    assert found("distinct rep_id", "int_managers_by_day") == [("eve",)]
    assert found("rep_id", "int_rep_periods") == [("ann",)]
    assert found("rep_id, team_id", "int_rep_assignments", "team_id <> 'unassigned'") == [
        ("ann", "North")
    ]
    assert found("rep_id", "int_reps_listed", "is_rostered") == [("ann",)]
    assert found("calendar_day", "int_calendar_days", "is_weekday and not is_business_day") == [
        (dt.date(2025, 6, 9),)
    ]
    assert found("call_score_sum", "int_call_score_events") == [(50,)]

    counts = "table_name, rows_in, rows_out, deleted_rows, duplicate_rows"
    assert found(counts, "int_raw_audit", "source_name = 'planning' and rows_in > 0") == [
        ("call_scores", 2, 1, 1, 0),
        ("holidays", 2, 1, 1, 0),
        ("quotas", 4, 1, 2, 1),
        ("rep_roster", 3, 1, 2, 0),
    ]
    assert build.query(
        "select table_name, rows_checked, rows_failing from marts.data_quality"
        " where check_id = 'deleted_rows' order by all"
    ) == [
        ("planning.call_scores", 2, 1),
        ("planning.holidays", 2, 1),
        ("planning.quotas", 4, 2),
        ("planning.rep_roster", 3, 2),
    ]


def test_a_folder_without_planning_builds_after_an_act(
    build_project: BuildProject, tmp_path: Path
) -> None:
    raw = company(tmp_path / "raw", {})
    with duckdb.connect(str(tmp_path / "told.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.kpi_breaches as select 'b1' as breach_id")
    acknowledge(
        tmp_path / "told.duckdb", raw, "b1", "Ana", "called", dt.datetime(2025, 6, 20, 9, 0)
    )
    build = build_project(
        raw, as_of="2025-07-15", select="+stg_planning__interventions +stg_planning__quotas"
    )
    assert build.query("select breach_id, act from staging.stg_planning__interventions") == [
        ("b1", "called")
    ]
    assert build.query("select * from staging.stg_planning__quotas") == []
