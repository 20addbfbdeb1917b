"""What is closed stays closed, and what corrects it counts where it can be seen.

Ten deals of five reps: an old win that is reopened beside two new ones, amounts corrected after the
close, wins without an amount, and deals imported with the dates of the CRM before. Each number is
worked out beside the lives.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from harness import Build, BuildProject

AS_OF = "2025-08-31"
VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
REPS = ("ida", "lou", "mia", "noa", "pia")
Step = tuple[str, str, str, str]

# Each step is a row of the history: day, stage, amount, close date.
LIVES: dict[str, tuple[str, list[Step]]] = {
    # Two wins of 2 days and 100 each; and one of 88 days and 1,000 that comes back in June.
    "swift": (
        "ida",
        [("2025-05-12", "Qualified", "100", "2025-05-30"), ("2025-05-14", "Closed Won", "100", "")],
    ),
    "brisk": (
        "ida",
        [("2025-05-20", "Qualified", "100", "2025-05-30"), ("2025-05-22", "Closed Won", "100", "")],
    ),
    "undone": (
        "ida",
        [
            ("2024-08-01", "Qualified", "1000", "2024-10-28"),
            ("2024-10-28", "Closed Won", "1000", "2024-10-28"),
            ("2025-06-05", "Proposal", "1000", "2025-12-15"),
        ],
    ),
    # 9,000 is a typing error for 900, then nobody knows, and in the next quarter it is 950.
    "retyped": (
        "lou",
        [
            ("2025-06-02", "Qualified", "800", "2025-06-30"),
            ("2025-06-10", "Closed Won", "9000", "2025-06-10"),
            ("2025-06-12", "Closed Won", "900", "2025-06-10"),
            ("2025-06-20", "Closed Won", "", "2025-06-10"),
            ("2025-07-03", "Closed Won", "950", "2025-06-10"),
        ],
    ),
    "cheaper loss": (
        "mia",
        [
            ("2025-04-15", "Qualified", "500", "2025-06-30"),
            ("2025-05-06", "Closed Lost", "500", "2025-05-06"),
            ("2025-05-20", "Closed Lost", "450", "2025-05-06"),
        ],
    ),
    # 40, 60, 200 and one nobody priced: 100 on average.
    **{
        f"sale {number}": (
            "noa",
            [
                ("2025-05-05", "Qualified", amount, "2025-05-30"),
                ("2025-05-09", "Closed Won", amount, "2025-05-09"),
            ],
        )
        for number, amount in enumerate(("40", "60", "200", ""))
    },
    # Signed in July, with the date it was hoped for.
    "early": (
        "pia",
        [
            ("2025-07-01", "Qualified", "300", "2025-12-31"),
            ("2025-07-04", "Closed Won", "300", "2025-12-31"),
        ],
    ),
    # Out of another CRM on 3 March 2025.
    "imported win": ("pia", [("2025-03-03", "Closed Won", "5000", "2022-02-01")]),
    "imported open": ("pia", [("2025-03-03", "Proposal", "70", "2024-12-20")]),
}
# The close date of a step that names none is its own day.
STEPS = {
    name: (rep, [(day, stage, amount, close or day) for day, stage, amount, close in steps])
    for name, (rep, steps) in LIVES.items()
}


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closings")
    deals: list[dict[str, str]] = []
    history: list[dict[str, str]] = []
    for number, (name, (rep, steps)) in enumerate(STEPS.items(), start=1):
        deal = f"006{number:012d}AAA"
        last_day, stage, amount, close_date = steps[-1]
        deals.append(
            {
                "id": deal,
                "owner_id": rep_id(rep),
                "name": name,
                "stage_name": stage,
                "amount": amount,
                "created_date": f"{steps[0][0]}T09:00:00.000Z",
                "close_date": close_date,
                "last_modified_date": f"{last_day}T09:00:00.000Z",
                "is_deleted": "false",
            }
        )
        for day, stage, amount, close_date in steps:
            history.append(
                {
                    "id": f"008{len(history) + 1:012d}AAA",
                    "opportunity_id": deal,
                    "created_date": f"{day}T09:00:00.000Z",
                    "stage_name": stage,
                    "amount": amount,
                    "close_date": close_date,
                    "is_deleted": "false",
                }
            )
    write_csv(folder / "salesforce" / "opportunity.csv", deals)
    write_csv(folder / "salesforce" / "opportunity_history.csv", history)
    users = [{"id": rep_id(rep), "name": rep, "is_active": "true"} for rep in REPS]
    write_csv(folder / "salesforce" / "user.csv", users)
    return folder


def rep_id(rep: str) -> str:
    return f"005{REPS.index(rep) + 1:012d}AAA"


@pytest.fixture(scope="module")
def build(raw: Path, build_project: BuildProject) -> Build:
    return build_project(raw, as_of=AS_OF, vars=VARS)


@pytest.fixture(scope="module")
def by_close_date(raw: Path, build_project: BuildProject) -> Build:
    return build_project(raw, as_of=AS_OF, vars={**VARS, "booking_date": "crm_close_date"})


def quarter(build: Build, rep: str, start: str = "2025-04-01") -> dict[str, tuple[Any, int]]:
    """Value and n of each metric of a rep's quarter."""
    found = build.query(
        "select metric_id, metric_value, n from marts.metric_values where period_type = 'quarter'"
        " and period_start = cast(? as date) and scope = 'rep' and rep_id = ?"
        " and slice_type = 'all'",
        [start, rep_id(rep)],
    )
    return {metric: (value, n) for metric, value, n in found}


def deal(build: Build, name: str) -> dict[str, Any]:
    (row,) = build.rows("select * from marts.fct_opportunities where name = ?", [name])
    return row


def failing(build: Build) -> dict[str, int]:
    found = build.query("select check_id, rows_failing from marts.data_quality")
    return {check: rows for check, rows in found if rows}


def test_a_reopening_takes_back_the_sum_and_leaves_the_averages(build: Build) -> None:
    got = quarter(build, "ida")
    # 100 + 100 - 1,000, and 1 + 1 - 1 deals, on their days.
    assert got["closed_won_amount"] == (-800, 1)
    assert got["closed_won_count"] == (1, 1)
    # What averages rest on: the two wins of the quarter, which stand.
    assert got["avg_deal_size_t90"] == (100, 2)
    assert got["sales_cycle_days_t90"] == (2, 2)
    assert got["sales_cycle_days_median_t90"] == (2, 2)
    assert got["win_rate"] == (1, 2)
    assert got["win_rate_t90"] == (1, 2)
    assert got["win_rate_value_t90"] == (1, 2)
    # One qualified deal is open: 1 x 100 % x 100 / 2 days.
    assert got["pipeline_velocity"] == (50, 2)


def test_a_quarter_that_had_ended_keeps_the_win(build: Build) -> None:
    got = quarter(build, "ida", "2024-10-01")
    assert got["avg_deal_size_t90"] == (1000, 1)
    assert got["sales_cycle_days_t90"] == (88, 1)
    assert got["win_rate"] == (1, 1)


def test_the_bridge_from_sums_to_averages_is_a_table(build: Build) -> None:
    found = build.query(
        "select event_kind, closed_on, deals, amount from marts.fct_closings"
        " where rep_id = ? and event_on between date '2025-04-01' and date '2025-06-30'"
        " order by event_on",
        [rep_id("ida")],
    )
    assert found == [
        ("closed", dt.date(2025, 5, 14), 1, 100),
        ("closed", dt.date(2025, 5, 22), 1, 100),
        ("taken_back", dt.date(2024, 10, 28), -1, -1000),
    ]


def test_a_corrected_amount_counts_on_the_day_it_was_corrected(build: Build) -> None:
    # 9,000 - 8,100 - 900: a win of nothing anybody knew when the quarter ended.
    ended = quarter(build, "lou")
    assert ended["closed_won_amount"] == (0, 1)
    assert ended["closed_won_count"] == (1, 1)
    assert ended["avg_deal_size_t90"] == (None, 0)
    assert ended["sales_cycle_days_t90"] == (8, 1)
    # The next one gets the 950 and no deal; its 90 days begin on 3 June and hold the win.
    running = quarter(build, "lou", "2025-07-01")
    assert running["closed_won_amount"] == (950, 0)
    assert running["closed_won_count"] == (0, 0)
    assert running["avg_deal_size_t90"] == (950, 1)
    assert running["win_rate"][1] == 0
    row = deal(build, "retyped")
    assert (row["amount"], row["closed_on"]) == (950, dt.date(2025, 6, 10))


def test_a_corrected_loss_is_worth_what_stands(build: Build) -> None:
    got = quarter(build, "mia")
    assert got["closed_lost_amount"] == (450, 1)
    assert got["closed_lost_count"] == (1, 1)
    assert got["win_rate"] == (0, 1)


def test_a_correction_within_the_period_leaves_the_pipeline_corrected(build: Build) -> None:
    found = build.query(
        "select movement, deals, amount from marts.pipeline_movements where rep_id = ?"
        " and period_type = 'quarter' and period_start = date '2025-04-01' order by movement",
        [rep_id("mia")],
    )
    assert found == [("created", 1, 500), ("decreased", 0, -50), ("lost", -1, -450)]


def test_a_win_without_an_amount_is_not_a_win_of_nothing(build: Build) -> None:
    got = quarter(build, "noa")
    assert got["avg_deal_size_t90"] == (100, 3)
    assert got["closed_won_count"] == (4, 4)
    assert got["sales_cycle_days_t90"] == (4, 4)
    assert got["win_rate_value_t90"] == (1, 3)


def test_what_stands_out_is_a_finding(build: Build) -> None:
    found = failing(build)
    assert found["won_without_amount"] == 1
    assert found["amount_corrected_after_close"] == 2
    assert found["closed_before_created"] == 1
    assert found["due_before_created"] == 1
    assert "unusable_value" not in found
    assert "booked_ahead" not in found


def test_what_is_booked_on_a_day_to_come_is_a_finding(by_close_date: Build) -> None:
    assert failing(by_close_date)["booked_ahead"] == 1
    assert quarter(by_close_date, "pia", "2025-07-01")["closed_won_amount"] == (0, 0)


def test_a_close_date_before_the_import_is_kept(build: Build) -> None:
    won, is_open = deal(build, "imported win"), deal(build, "imported open")
    assert (won["close_date"], won["closed_on"]) == (dt.date(2022, 2, 1), dt.date(2025, 3, 3))
    assert won["cycle_days"] == 0
    assert is_open["close_date"] == dt.date(2024, 12, 20)
    assert is_open["health_reasons"].split(",")[0] == "past_due"
    assert quarter(build, "pia", "2025-01-01")["closed_won_amount"] == (5000, 1)


def test_where_the_crms_date_rules_imports_are_booked_on_it(by_close_date: Build) -> None:
    won = deal(by_close_date, "imported win")
    assert (won["closed_on"], won["cycle_days"]) == (dt.date(2022, 2, 1), 0)
    assert quarter(by_close_date, "pia", "2022-01-01")["closed_won_amount"] == (5000, 1)
    assert quarter(by_close_date, "pia", "2025-01-01")["closed_won_amount"] == (0, 0)


def test_where_the_crms_date_rules_corrections_count_on_it(by_close_date: Build) -> None:
    got = quarter(by_close_date, "lou")
    assert got["closed_won_amount"] == (950, 1)
    assert got["avg_deal_size_t90"] == (950, 1)
    assert quarter(by_close_date, "lou", "2025-07-01")["closed_won_amount"] == (0, 0)
    # Reopened in June: in no report any more, so both stay on their days.
    assert quarter(by_close_date, "ida")["closed_won_amount"] == (-800, 1)


def test_no_cycle_is_ever_negative(build: Build, by_close_date: Build) -> None:
    for one in (build, by_close_date):
        assert one.value("select min(cycle_days) from marts.fct_opportunities") == 0
        assert (
            one.value(
                "select count(*) from marts.metric_values where metric_id like 'sales_cycle%'"
                " and metric_value < 0"
            )
            == 0
        )
