"""A row without a modification stamp cannot say since when it is right: history is kept."""

from __future__ import annotations

import pytest

from harness import Build, BuildProject

VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
OPPORTUNITIES = """
id,owner_id,stage,amount,close_date,created_date,last_modified_at
agrees,ana,Qualified,100,2025-07-31,2025-05-05,
reassigned,ben,Qualified,100,2025-07-31,2025-05-05,
reopened,ana,Proposal,120,2025-09-30,2025-05-05,
won since,ana,Closed Won,100,2025-06-20,2025-05-05,
stamped,ben,Proposal,120,2025-09-30,2025-05-05,2025-06-12
row alone,ben,Proposal,120,2025-09-30,2025-05-05,
"""
STAGE_CHANGES = """
opportunity_id,changed_at,stage,amount,close_date,owner_id
agrees,2025-05-05,Qualified,100,2025-07-31,ana
reassigned,2025-05-05,Qualified,100,2025-07-31,ana
reopened,2025-05-05,Qualified,100,2025-07-31,ana
reopened,2025-06-03,Closed Lost,100,2025-06-03,ana
won since,2025-05-05,Qualified,100,2025-06-20,ana
stamped,2025-05-05,Qualified,100,2025-07-31,ana
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, build_project: BuildProject) -> Build:
    folder = tmp_path_factory.mktemp("unstamped")
    (folder / "csv_export").mkdir()
    (folder / "csv_export" / "opportunities.csv").write_text(OPPORTUNITIES.lstrip())
    (folder / "csv_export" / "stage_changes.csv").write_text(STAGE_CHANGES.lstrip())
    return build_project(folder, as_of="2025-06-30", vars=VARS)


def test_what_the_row_says_otherwise_is_a_finding(build: Build) -> None:
    found = build.query(
        "select severity, rows_failing, sample_ids from marts.data_quality"
        " where check_id = 'unstamped_row'"
    )
    assert [(severity, rows) for severity, rows, _ in found] == [("warn", 2)]
    assert "reassigned owner" in found[0][2]
    assert "reopened amount close_date stage" in found[0][2]


def test_history_is_kept(build: Build) -> None:
    found = build.query(
        "select opportunity_id, rep_id, status, amount::int from marts.fct_opportunities order by 1"
    )
    assert found == [
        ("agrees", "ana", "open", 100),
        ("reassigned", "ana", "open", 100),
        ("reopened", "ana", "lost", 100),
        ("row alone", "ben", "open", 120),
        ("stamped", "ben", "open", 120),
        # Of a closing its date tells the day.
        ("won since", "ana", "won", 100),
    ]
