"""Relations and templates of a CRM, from raw files to marts: series, merges, leave, words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from harness import Build, BuildProject

FILES = {
    "as_of.csv": """\
        as_of_date
        2025-03-14
        """,
    "planning/quotas.csv": """\
        rep,month,amount
        005000000000031AAA,2025-01-01,9000
        """,
    "planning/targets.csv": """\
        segment,quarter,metric,amount
        smb,2025-01-01,new_arr,1000
        """,
    "planning/rep_roster.csv": """\
        rep,start,end,segment,team
        005000000000031AAA,2024-01-01,,smb,red
        005000000000032AAA,2024-01-01,2025-02-10,smb,red
        005000000000032AAA,2025-03-03,,smb,red
        005000000000033AAA,2024-01-01,,smb,blue
        005000000000033AAA,2025-02-01,2025-02-20,smb,red
        """,
    "planning/arr_movements.csv": """\
        account,month,kind,amount
        001000000000041AAA,2025-01-01,new,500
        001000000000045AAA,2025-02-01,expansion,40
        """,
    "salesforce/user.csv": """\
        id,name
        005000000000031AAA,Ida
        005000000000032AAA,Omar
        005000000000033AAA,Lea
        """,
    # Four merges in a row; 046 and 047 name each other.
    "salesforce/account.csv": """\
        id,name,master_record_id,parent_id,number_of_employees,is_deleted
        001000000000041AAA,Old,001000000000042AAA,,20,true
        001000000000042AAA,Older,001000000000043AAA,,20,true
        001000000000043AAA,Oldest,001000000000044AAA,,20,true
        001000000000044AAA,Nearly,001000000000045AAA,,20,true
        001000000000045AAA,Last,,,9000,false
        001000000000046AAA,Ring,001000000000047AAA,,20,false
        001000000000047AAA,Rung,001000000000046AAA,,20,false
        001000000000048AAA,Child,,001000000000041AAA,20,false
        """,
    "salesforce/opportunity.csv": """\
        id,account_id,owner_id,name,stage_name,amount,close_date,created_date,type,merged_into,last_modified_date
        006000000000051AAA,001000000000041AAA,005000000000031AAA,A,Prospecting,300,2025-05-30,2025-01-07T10:00:00Z,Rocket,,2025-01-07T10:00:00Z
        006000000000052AAA,001000000000045AAA,005000000000031AAA,B,Prospecting,,,2025-01-07T10:00:00Z,Rocket,,2025-01-07T10:00:00Z
        006000000000053AAA,001000000000045AAA,005000000000031AAA,A2,Closed Won,80,2025-01-21,2025-01-07T10:00:00Z,Renewal,006000000000051AAA,2025-02-04T10:00:00Z
        """,  # noqa: E501
    "salesforce/opportunity_history.csv": """\
        id,opportunity_id,created_date,stage_name,amount,close_date
        008000000000061AAA,006000000000051AAA,2025-01-07T10:00:00Z,Prospecting,300,2025-05-30
        008000000000062AAA,006000000000052AAA,2025-01-07T10:00:00Z,Prospecting,,
        008000000000063AAA,006000000000053AAA,2025-01-07T10:00:00Z,Prospecting,80,2025-01-21
        008000000000064AAA,006000000000053AAA,2025-01-21T10:00:00Z,Closed Won,80,2025-01-21
        """,
    # A series of the newer kind, and one of the older whose flag is missing; an all-day event.
    "salesforce/event.csv": """\
        id,owner_id,created_date,start_date_time,activity_date,is_all_day_event,group_event_type,recurrence_activity_id,what_id,type
        00U000000000071AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-01-13T10:00:00Z,,false,3,,006000000000051AAA,Meeting
        00U000000000072AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-01-13T10:00:00Z,,false,0,,006000000000051AAA,Meeting
        00U000000000073AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-01-20T10:00:00Z,,false,0,,006000000000051AAA,Meeting
        00U000000000074AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-01-14T10:00:00Z,,false,0,,006000000000051AAA,Meeting
        00U000000000075AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-01-14T10:00:00Z,,false,0,00U000000000074AAA,006000000000051AAA,Meeting
        00U000000000076AAA,005000000000031AAA,2025-01-08T10:00:00Z,2025-02-01T00:00:00Z,2025-02-01,true,0,,006000000000051AAA,Meeting
        """,
    # Of calls two went out, one came in and one stayed in the house; no flag says what is closed.
    "salesforce/task.csv": """\
        id,owner_id,created_date,status,type,call_type,is_recurrence,who_id,what_id
        00T000000000081AAA,005000000000031AAA,2025-01-09T09:00:00Z,not_started,Call,,true,,006000000000051AAA
        00T000000000082AAA,005000000000031AAA,2025-01-09T09:00:00Z,COMPLETE,Call,Outgoing,false,,006000000000051AAA
        00T000000000083AAA,005000000000031AAA,2025-01-09T09:00:00Z,closed,Call,RECEIVED,false,,006000000000051AAA
        00T000000000084AAA,005000000000031AAA,2025-01-09T09:00:00Z,Done,Call,Internal,false,,006000000000051AAA
        00T000000000085AAA,005000000000031AAA,2025-02-10T09:12:00Z,Completed,Call,Outbound,false,003000000000091AAA,
        00T000000000086AAA,005000000000031AAA,2025-01-09T09:00:00Z,Wibble,Call,Outbound,false,,006000000000051AAA
        00T000000000087AAA,005000000000031AAA,2025-01-09T09:00:00Z,Wibble,Call,Outbound,false,,006000000000051AAA
        00T000000000088AAA,005000000000031AAA,2025-01-09T09:00:00Z,Wobble,Call,Sideways,false,,006000000000051AAA
        """,
    "salesforce/lead.csv": """\
        id,owner_id,created_date,is_converted,converted_date,converted_contact_id,converted_account_id,master_record_id,is_deleted
        00Q000000000101AAA,005000000000031AAA,2025-02-10T09:00:00Z,true,2025-02-13,003000000000091AAA,001000000000048AAA,,false
        00Q000000000102AAA,005000000000031AAA,2025-02-10T09:00:00Z,false,,,,00Q000000000101AAA,true
        00Q000000000103AAA,005000000000031AAA,2025-02-10T09:00:00Z,true,2025-02-07,,,,false
        """,
}


@pytest.fixture(scope="module")
def world(build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    raw: Path = tmp_path_factory.mktemp("relations")
    for name, text in FILES.items():
        file = raw / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line.strip() + "\n" for line in text.strip().splitlines()))
    return build_project(
        raw, vars={"business_timezone": "America/New_York", "fiscal_year_start_month": 1}
    )


def monthly(world: Build, metric: str, month: str, **keys: str) -> Any:
    where = {"scope": "company", "segment": "all", "team_id": "all", "rep_id": "all"} | keys
    named = " and ".join(f"{key} = '{value}'" for key, value in where.items())
    found = world.query(
        "select metric_value from marts.metric_values where metric_id = ? and period_type = 'month'"
        f" and period_start = cast(? as date) and slice_id = 'all' and {named}",
        [metric, month],
    )
    return found[0][0] if found else None


def finding(world: Build, check: str) -> tuple[int, str | None]:
    ((count, samples),) = world.query(
        "select rows_failing, sample_ids from marts.data_quality where check_id = ?", [check]
    )
    return count, samples


def test_a_pattern_is_no_meeting_and_no_next_step(world: Build) -> None:
    # Two of the pattern and one of the unmarked series; the all-day event is of February.
    assert monthly(world, "meetings_held_count", "2025-01-01") == 3
    assert monthly(world, "meetings_held_count", "2025-02-01") == 1
    days = world.query(
        "select count(*) from intermediate.int_activities_human where occurred_on = '2025-02-01'"
    )
    assert days == [(1,)]
    open_tasks = world.query(
        "select activity_id from intermediate.int_activities_typed where outcome = 'open'"
        " order by activity_id"
    )
    # The words no mapping knows, and nothing of the series.
    assert [row[0][-6:-3] for row in open_tasks] == ["086", "087", "088"]


def test_words_are_read_in_any_spelling_and_unknown_ones_counted(world: Build) -> None:
    assert monthly(world, "calls_count", "2025-01-01") == 1
    assert finding(world, "unknown_activity_status") == (3, "Wibble (2), Wobble (1)")
    assert finding(world, "unknown_direction") == (1, "Sideways (1)")
    assert finding(world, "unmapped_opportunity_type") == (2, "Rocket (2)")


def test_a_converted_lead_was_answered_and_a_merged_one_counts_once(world: Build) -> None:
    leads = world.query("select lead_id, response_minutes from marts.fct_leads order by lead_id")
    assert leads == [("00Q000000000101AAA", 12.0), ("00Q000000000103AAA", None)]
    assert finding(world, "converted_before_creation") == (1, "00Q000000000103AAA")


def test_accounts_merged_four_times_are_the_last_survivor(world: Build) -> None:
    last = "001000000000045AAA"
    assert world.query("select distinct account_id from marts.fct_opportunities") == [(last,)]
    assert world.query(
        "select account_id, parent_account_id from marts.dim_accounts order by account_id"
    ) == [
        (last, None),
        ("001000000000046AAA", None),
        ("001000000000047AAA", None),
        ("001000000000048AAA", last),
    ]
    assert finding(world, "unresolved_merge") == (2, "001000000000046AAA, 001000000000047AAA")
    segments = world.query(
        "select distinct account_id, segment from intermediate.int_arr_movements_signed"
    )
    assert segments == [(last, "enterprise")]


def test_a_merged_deal_counts_until_it_was_merged(world: Build) -> None:
    assert monthly(world, "closed_won_count", "2025-01-01") == 1
    assert monthly(world, "closed_won_count", "2025-02-01") == -1
    assert finding(world, "open_without_amount") == (1, "006000000000052AAA")
    assert finding(world, "open_without_close_date") == (1, "006000000000052AAA")


def test_leave_is_no_time_at_work(world: Build) -> None:
    heads = world.query(
        "select event_on, count(*) from intermediate.int_headcount_events"
        " where rep_id in ('005000000000031AAA', '005000000000032AAA')"
        " and event_on in ('2025-01-31', '2025-02-28', '2025-03-09')"
        " group by 1 order by 1"
    )
    assert heads == [
        (dt.date(2025, 1, 31), 2),
        (dt.date(2025, 2, 28), 1),
        (dt.date(2025, 3, 9), 2),
    ]
    assert world.query(
        "select is_active, ends_on from marts.dim_reps where rep_id = '005000000000032AAA'"
    ) == [(True, None)]
    # On loan for twenty days, then back.
    teams = world.query(
        "select team_id, valid_from from intermediate.int_rep_assignments"
        " where rep_id = '005000000000033AAA' and valid_to > date '2025-01-01' order by valid_from"
    )
    assert teams[-2:] == [("red", dt.date(2025, 2, 1)), ("blue", dt.date(2025, 2, 21))]
    assert finding(world, "overlapping_roster") == (1, "005000000000033AAA 2025-02-01")
