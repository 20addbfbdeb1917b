"""Planning files as people write them: several rows for one quarter, a schedule for all segments,
segments spelled as they are spoken, recurring revenue older than the CRM.

Two deals and three reps who began in July 2025, as of the end of August.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import Build, BuildProject

AS_OF = "2025-08-31"
VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
TABLES: dict[str, str] = {
    "csv_export/opportunities": """
        id,owner,stage,created_date,close_date,amount,account_id
        D-1,ana,Closed Won,2025-05-02,2025-07-15,10000,
        D-2,ben,Qualified,2025-05-12,2025-09-30,20000,
    """,
    "csv_export/accounts": """
        id,name,employees
        A1,Brine,100
    """,
    "planning/quotas": """
        rep,month,amount
        ana,2025-07,1000
        ana,2025-08,1000
        ben,2025-07,1000
        ben,2025-08,1000
        cal,2025-07,1000
    """,
    "planning/rep_roster": """
        rep,start_date,role,segment,team
        ana,2025-07-01,rep,SMB,East
        ben,2025-07-01,rep,Mid-Market,East
        cal,2025-07-01,rep,,East
    """,
    "planning/ramp_schedule": """
        segment,month,share
        All,1,0.5
        all,2,0.75
        MID MARKET,1,0.2
    """,
    "planning/targets": """
        segment,quarter,metric,amount
        SMB,2025-07,closed_won_amount,300
        smb,2025-08,closed_won_amount,400
        SMB,2025-09,closed_won_amount,500
        All,2025-07,closed_won_amount,2000
    """,
    "planning/spend": """
        month,segment,amount
        2025-07,SMB,100
        2025-07,smb,50
    """,
    "planning/gross_margin": """
        month,segment,margin
        2025-07,Small Business,0.8
        2025-07,ALL,0.5
    """,
    "planning/trials": """
        trial_id,rep,segment,started
        T-1,ben,SMB,2025-07-05
    """,
    "planning/arr_movements": """
        account,month,kind,amount
        A1,2024-02,new,1000
        A1,2025-03,expansion,200
        A1,2025-07,expansion,12
    """,
    "planning/forecast_submissions": """
        submitted_at,rep,quarter,category,amount
        2025-07-10T08:00Z,ana,2025-07,commit,500
        2025-07-10T08:00Z,ana,2025-08,commit,700
    """,
}


def written(folder: Path, tables: dict[str, str]) -> Path:
    for table, rows in tables.items():
        path = folder / f"{table}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(row.strip() for row in rows.strip().splitlines()) + "\n")
    return folder


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("plans"), TABLES)


@pytest.fixture(scope="module")
def build(raw: Path, build_project: BuildProject) -> Build:
    return build_project(raw, as_of=AS_OF, vars=VARS)


def test_every_test_of_the_data_is_green(
    raw: Path, build: Build, build_project: BuildProject
) -> None:
    build_project(
        raw, as_of=AS_OF, vars=VARS, tests=True, select="test_type:data", database=build.database
    )


def findings(build: Build) -> dict[str, tuple[int, str]]:
    found = build.query(
        "select check_id, rows_failing, sample_ids from marts.data_quality"
        " where rows_failing > 0 and check_id like '%planned%'"
    )
    return {check: (rows, sample) for check, rows, sample in found}


def test_retention_looks_back_to_revenue_older_than_the_crm(build: Build) -> None:
    found = build.query(
        "select period_start, metric_value, n from marts.metric_values where metric_id = 'nrr'"
        " and period_type = 'month' and scope = 'company' order by 1"
    )
    # The calendar begins with the quarter of the first deal.
    assert found == [
        (dt.date(2025, 4, 1), 1.2, 1),
        (dt.date(2025, 5, 1), 1.2, 1),
        (dt.date(2025, 6, 1), 1.2, 1),
        (dt.date(2025, 7, 1), 1.212, 1),
        (dt.date(2025, 8, 1), 1.212, 1),
    ]


def test_what_is_planned_twice_is_added_up_and_told(build: Build) -> None:
    targets = build.query(
        "select distinct segment, denominator from marts.metric_values"
        " where metric_id = 'closed_vs_target' and period_type = 'quarter'"
        " and scope in ('company', 'segment') order by 1"
    )
    assert targets == [("all", 2_000), ("smb", 1_200)]
    rows, sample = findings(build)["double_planned_row"]
    assert rows == 3
    for planned in ("targets smb", "spend smb", "forecast_submissions ana"):
        assert planned in sample
    # Of two commits of one instant the larger counts.
    forecasts = build.query(
        "select max(submitted_amount) from marts.forecast_accuracy where scope = 'rep'"
        " and rep_id = 'ana'"
    )
    assert forecasts == [(700,)]


def test_a_segment_has_one_name_however_it_is_planned(build: Build) -> None:
    found = build.query("select distinct segment from marts.metric_values order by 1")
    assert {segment for (segment,) in found} <= {"all", "smb", "mid_market", "unassigned"}
    assert "unknown_planned_segment" not in findings(build)
    started = build.query("select segment from intermediate.int_trial_events")
    assert started == [("smb",)]
    margins = build.query(
        "select segment, spend_amount, opening_monthly_margin_amount from"
        " intermediate.int_arr_events where event_on = date '2025-07-31'"
    )
    assert margins == [("smb", 150, 80)]


def test_a_ramp_for_all_is_that_of_every_segment_without_its_own(build: Build) -> None:
    quotas = build.query(
        "select rep_id, string_agg(ramped_quota_amount::int, ' ' order by event_on)"
        " from intermediate.int_quota_events group by 1 order by 1"
    )
    assert quotas == [("ana", "500 750"), ("ben", "200 1000"), ("cal", "500")]
    stages = build.query(
        "select rep_id, ramp_stage from marts.dim_reps where rep_id <> 'unassigned' order by 1"
    )
    assert stages == [("ana", "ramping"), ("ben", "ramped"), ("cal", "ramping")]
    assert "unused_planned_row" not in findings(build)
    ramping = build.query(
        "select distinct rep_id from marts.metric_values where metric_id = 'ramp_progress'"
        " and period_start >= date '2025-08-01' order by 1"
    )
    assert ramping == [("ana",), ("cal",)]


def test_a_quarter_has_a_quota_before_its_month_has(
    tmp_path: Path, build_project: BuildProject
) -> None:
    """Enterprise looks through quarters: a rep on leave, who is back in June, has one in April.

    And in April nobody is at work: the company's zeros have no parts. Fay is planned and to come.
    """
    tables = {
        "csv_export/opportunities": """
            id,owner,stage,created_date,close_date,amount,segment
            D-1,cyd,Qualified,2025-02-03,2025-09-30,10000,smb
            D-2,cyd,Qualified,2025-02-12,2025-09-30,90000,enterprise
            D-3,cyd,Qualified,2025-06-09,2025-09-30,60000,enterprise
        """,
        "planning/quotas": """
            rep,month,amount
            cyd,2025-03,30000
            cyd,2025-06,30000
            fay,2025-09,30000
        """,
        "planning/rep_roster": """
            rep,start_date,end_date,role,segment,team
            cyd,2024-01-01,2025-03-31,rep,enterprise,East
            cyd,2025-06-02,,rep,enterprise,East
            fay,2025-08-18,,rep,enterprise,East
        """,
        "planning/targets": """
            segment,quarter,metric,amount
            all,2025-04,closed_won_amount,30000
        """,
        "planning/trials": """
            trial_id,rep,segment,started
            T-1,misspelt,smb,2025-07-05
        """,
        "planning/call_scores": """
            activity_id,rep,scored_at,score
            C-1,scored,2025-07-05T09:00:00Z,80
        """,
        "planning/forecast_submissions": """
            submitted_at,rep,quarter,category,amount
            2025-07-02T08:00Z,commits,2025-07,commit,500
        """,
    }
    build = build_project(written(tmp_path, tables), as_of="2025-07-15", vars=VARS)
    found = build.query(
        "select scope, segment, numerator, denominator from marts.metric_values"
        " where metric_id = 'pipeline_to_quota' and period_type = 'month'"
        " and period_start = date '2025-04-01' and rep_id = 'cyd'"
    )
    assert found == [("rep_segment", "enterprise", 90_000, 30_000)]
    listed = build.query("select rep_id, is_active from marts.dim_reps order by 1")
    assert listed == [
        ("commits", False),
        ("cyd", True),
        ("fay", False),
        ("misspelt", False),
        ("scored", False),
        ("unassigned", False),
    ]
    build_project(
        tmp_path,
        as_of="2025-07-15",
        vars=VARS,
        tests=True,
        select="test_type:data",
        database=build.database,
    )
