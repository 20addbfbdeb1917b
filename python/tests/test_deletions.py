"""A deletion ends a deal and takes nothing back; a merge takes back what the survivor counts.

Ten deals of one rep, of 1,000 each. An export with a clock, in which a deal may be won and deleted
in one instant, and rows without a modification stamp, whose deletion has no instant of its own.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import Build, BuildProject

AS_OF = "2025-06-30"
VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
CREATED, WON = "2025-04-07T15:00Z", "2025-05-12T15:00Z"
HISTORY = [(CREATED, "Qualified"), (WON, "Closed Won")]

# Stage, close date, modification stamp, survivor of a merge, history.
DELETED: dict[str, tuple[str, str, str, str, list[tuple[str, str]]]] = {
    "at once": ("Closed Won", "2025-05-12", WON, "", HISTORY),
    "at once, unstamped": ("Closed Won", "2025-05-12", "", "", HISTORY),
    "a second later": ("Closed Won", "2025-05-12", "2025-05-12T15:00:01Z", "", HISTORY),
    "unrecorded win": ("Closed Won", "2025-05-12", "", "", HISTORY[:1]),
    "row alone": ("Closed Won", "2025-05-12", "", "", []),
    "qualified": ("Qualified", "2025-07-31", "", "", [(CREATED, "Demo"), (WON, "Qualified")]),
    "at birth": ("Qualified", "2025-07-31", CREATED, "", HISTORY[:1]),
    "merged at once": ("Closed Won", "2025-05-12", WON, "survivor", HISTORY),
    "merged in the quarter": ("Closed Won", "2025-05-12", "2025-06-02T15:00Z", "survivor", HISTORY),
    "merged in the next": ("Closed Won", "2025-02-10", "2025-06-02T15:00Z", "survivor", []),
}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deletions")
    columns = "id,owner_id,stage,amount,close_date,created_date,last_modified_at,is_deleted"
    deals = [f"{columns},merged_into"]
    deals.append(f"survivor,ana,Qualified,1000,2025-07-31,{CREATED},{CREATED},,")
    history = ["opportunity_id,changed_at,stage,close_date"]
    history.append(f"survivor,{CREATED},Qualified,2025-07-31")
    for name, (stage, close_date, stamp, survivor, changes) in DELETED.items():
        created = "2025-01-06T15:00Z" if close_date == "2025-02-10" else CREATED
        row = (name, "ana", stage, "1000", close_date, created, stamp, "true", survivor)
        deals.append(",".join(f'"{value}"' for value in row))
        history += [f'"{name}",{instant},{stage},{close_date}' for instant, stage in changes]
    (folder / "csv_export").mkdir()
    (folder / "csv_export" / "opportunities.csv").write_text("\n".join(deals) + "\n")
    (folder / "csv_export" / "stage_changes.csv").write_text("\n".join(history) + "\n")
    return folder


@pytest.fixture(scope="module")
def build(raw: Path, build_project: BuildProject) -> Build:
    return build_project(raw, as_of=AS_OF, vars=VARS)


def test_what_must_always_be_true_is_true_of_them(
    raw: Path, build: Build, build_project: BuildProject
) -> None:
    build_project(
        raw,
        as_of=AS_OF,
        vars=VARS,
        tests=True,
        select="path:tests/invariants",
        database=build.database,
    )


def test_the_stage_is_entered_and_left_by_deletion(build: Build) -> None:
    visits = build.query(
        "select opportunity_id,"
        " string_agg(stage_id || ' ' || exit_kind, ', ' order by visit_number)"
        " from marts.fct_stage_visits where opportunity_id <> 'survivor' group by 1"
    )
    won = "qualified won, closed_won deleted"
    proven = "prospecting won, closed_won deleted"
    assert dict(visits) == {
        "at once": won,
        "at once, unstamped": won,
        "a second later": won,
        "unrecorded win": won,
        "row alone": proven,
        "qualified": "demo backward, qualified deleted",
        "at birth": "qualified deleted",
        "merged at once": won,
        "merged in the quarter": won,
        "merged in the next": proven,
    }


def test_the_win_is_booked_and_only_a_merge_takes_it_back(build: Build) -> None:
    booked = build.query(
        "select opportunity_id, string_agg(event_kind || ' ' || event_on, ', ' order by event_on,"
        " event_kind), sum(amount)::int from marts.fct_closings group by 1"
    )
    day = dt.date(2025, 5, 12)
    assert {name: (events, amount) for name, events, amount in booked} == {
        "at once": (f"closed {day}", 1_000),
        "at once, unstamped": (f"closed {day}", 1_000),
        "a second later": (f"closed {day}", 1_000),
        "unrecorded win": (f"closed {day}", 1_000),
        "row alone": (f"closed {day}", 1_000),
        "merged at once": (f"closed {day}, taken_back {day}", 0),
        "merged in the quarter": (f"closed {day}, taken_back 2025-06-02", 0),
        "merged in the next": ("closed 2025-02-10, taken_back 2025-06-02", 0),
    }
    closed = build.query(
        "select opportunity_id, closed_on from marts.fct_opportunities where closed_on is not null"
    )
    assert dict(closed) == {name: day for name, _, amount in booked if amount}


def test_a_win_merged_away_in_its_quarter_leaves_the_pipeline_as_deleted(build: Build) -> None:
    left = build.query(
        "select movement, sum(deals)::int from marts.pipeline_movements"
        " where period_type = 'quarter' and period_start = date '2025-04-01' group by 1"
    )
    assert {name: deals for name, deals in left if name in ("won", "deleted")} == {
        "won": -5,
        "deleted": -3,
    }
