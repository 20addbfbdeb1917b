"""Public data down the CSV export road: the figures of the data themselves must come out.

`maven_crm` has 8,800 opportunities of 30 sales agents. A user gives its columns the names of the
contract and nothing else: the regional office is the segment, the manager's name is the team.
Its typing slips (`GTXPro` for `GTX Pro`) and gaps (no date at all while prospecting, 1,425 deals
without an account) are left as they lie.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from harness import Build, BuildProject

OPPORTUNITIES = 8_800
WON = 4_238
LOST = 2_473
CLOSED_WON_AMOUNT = 10_005_534
MEAN_CYCLE_DAYS = 51.7820
# Win rate and closed won amount.
BY_REGION = {
    "Central": (0.625576, 3_346_293),
    "East": (0.630248, 3_090_594),
    "West": (0.639395, 3_568_647),
}
BY_TEAM = {
    "Celia Rouche": (0.634096, 1_603_897),
    "Melvin Marxen": (0.622003, 2_251_930),
}
WITHOUT_DEALS = {
    "Carl Lin",
    "Carol Thompson",
    "Elizabeth Anderson",
    "Mei-Mei Johns",
    "Natalya Ivanova",
}


def write_csv_export(source: Path, folder: Path, *, created_date: bool = True) -> None:
    """The raw folder a user would make of `maven_crm`: columns renamed, no value touched.

    `created_date`: whether the day of engagement stands for the creation, which nobody wrote down.
    """
    export = folder / "csv_export"
    export.mkdir(parents=True)
    created = " engage_date as created_date," if created_date else ""
    queries = {
        "opportunities": (
            "select opportunity_id as id, sales_agent as owner, account as account_id,"
            f" product as name, deal_stage as stage,{created}"
            " engage_date as qualified_date, close_date, close_value as amount",
            "sales_pipeline.csv",
        ),
        "reps": (
            "select sales_agent as id, sales_agent as name, manager as team,"
            " regional_office as segment",
            "sales_teams.csv",
        ),
        "accounts": (
            "select account as id, account as name, sector as industry, employees,"
            " office_location as billing_country, subsidiary_of as parent_id",
            "accounts.csv",
        ),
    }
    with duckdb.connect() as connection:
        for table, (select, file) in queries.items():
            connection.execute(
                f"copy ({select} from read_csv('{source / file}', all_varchar = true))"
                f" to '{export / table}.csv' (header)"
            )
    (folder / "as_of.csv").write_text("as_of_date\n2018-01-01\n")


@pytest.fixture(scope="module")
def maven(shared_data: Path) -> Path:
    folder = shared_data / "maven_crm"
    if not folder.is_dir():
        pytest.skip("maven_crm is not among the public data here")
    return folder


@pytest.fixture(scope="module")
def build(
    maven: Path, build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    raw_folder = tmp_path_factory.mktemp("maven")
    write_csv_export(maven, raw_folder)
    return build_project(
        raw_folder, vars={"segment_order": ["rep_roster"], "fiscal_year_start_month": 1}
    )


def over_all_quarters(build: Build, metric: str, scope: str, key: str) -> dict[str, Decimal]:
    """The sum of numerators over the sum of denominators, per key; a plain sum without one."""
    found = build.query(
        f"select {key}, sum(numerator), sum(denominator) from marts.metric_values"
        " where metric_id = ? and scope = ? and period_type = 'quarter'"
        " and coalesce(slice_type, 'all') in ('all', 'none', '') group by 1",
        [metric, scope],
    )
    return {
        name: Decimal(numerator) / Decimal(denominator if denominator else 1)
        for name, numerator, denominator in found
    }


def test_every_opportunity_comes_through(build: Build) -> None:
    counted = dict(
        build.query("select status, count(*) from marts.fct_opportunities group by status")
    )
    assert counted == {"won": WON, "lost": LOST, "open": OPPORTUNITIES - WON - LOST}


def test_outcomes_of_the_company(build: Build) -> None:
    key = "'company'"
    rate = over_all_quarters(build, "win_rate", "company", key)
    assert rate == {"company": pytest.approx(Decimal(WON) / (WON + LOST))}
    assert round(rate["company"], 6) == Decimal("0.631501")
    for metric, value in {
        "closed_won_amount": CLOSED_WON_AMOUNT,
        "closed_won_count": WON,
        "closed_lost_count": LOST,
    }.items():
        assert over_all_quarters(build, metric, "company", key) == {"company": value}


def test_mean_sales_cycle(build: Build) -> None:
    mean = build.value("select avg(cycle_days) from marts.fct_opportunities where status = 'won'")
    assert mean == pytest.approx(MEAN_CYCLE_DAYS, abs=5e-5)


@pytest.mark.parametrize(
    ("scope", "key", "expected"),
    [("segment", "segment", BY_REGION), ("team", "team_id", BY_TEAM)],
)
def test_outcomes_of_the_parts(
    build: Build, scope: str, key: str, expected: dict[str, tuple[float, int]]
) -> None:
    rates = over_all_quarters(build, "win_rate", scope, key)
    amounts = over_all_quarters(build, "closed_won_amount", scope, key)
    found = {part: (round(float(rates[part]), 6), int(amounts[part])) for part in expected}
    assert found == expected
    assert sum(amounts.values()) == CLOSED_WON_AMOUNT


def test_a_past_day_knows_only_the_deals_that_had_begun(
    maven: Path, build_project: BuildProject, tmp_path: Path
) -> None:
    """500 deals have no date at all: they are there on any day, and begin where they stay."""
    write_csv_export(maven, tmp_path, created_date=False)
    build = build_project(
        tmp_path,
        as_of="2017-06-30",
        vars={
            "segment_order": ["rep_roster"],
            "fiscal_year_start_month": 1,
            "waived_columns": {"csv_export": {"opportunities": ["created_date"]}},
        },
        select="+fct_opportunities",
    )
    counted = build.query(
        "select status, count(*), count(*) filter (qualified_on is null), min(created_on)"
        " from marts.fct_opportunities group by 1 order by 1"
    )
    begins = dt.date(2016, 10, 20)
    assert [row[:2] for row in counted] == [("lost", 894), ("open", 1_686 + 500), ("won", 1_785)]
    assert counted[1] == ("open", 2_186, 500, begins)


def test_reps_without_deals_are_there_with_zeros(build: Build) -> None:
    reps = {name for (name,) in build.query("select rep_name from marts.dim_reps")} - {None}
    assert reps >= WITHOUT_DEALS
    assert build.value("select count(*) from marts.dim_reps where rep_id <> 'unassigned'") == 35
    idle = build.query(
        "select rep_name, sum(closed_won_count), sum(closed_won_amount)"
        " from marts.outcome_metrics inner join marts.dim_reps using (rep_id)"
        " where period_type = 'quarter' and outcome_metrics.segment = 'all'"
        " and list_contains(?, rep_name) group by 1",
        [sorted(WITHOUT_DEALS)],
    )
    assert {row[0]: row[1:] for row in idle} == dict.fromkeys(WITHOUT_DEALS, (0, 0))


def test_a_typing_slip_in_the_product_loses_no_row(build: Build, maven: Path) -> None:
    with build.connect() as connection:
        kept = connection.execute(
            "select count(*) from marts.fct_opportunities semi join (select opportunity_id"
            " from read_csv(?, all_varchar = true) where product = 'GTXPro')"
            " using (opportunity_id)",
            [str(maven / "sales_pipeline.csv")],
        ).fetchone()
    assert kept == (1_480,)


# An export that knows days and nothing finer, with deals that close on the day they were created.
DAYS_ONLY: dict[str, list[tuple[str, ...]]] = {
    "opportunities": [
        ("id", "owner", "stage", "created_date", "close_date", "amount"),
        ("K-1", "ida", "Closed Won", "2025-03-04", "2025-03-04", "700"),
        ("K-2", "ida", "Closed Lost", "2025-03-05", "2025-03-05", "800"),
        ("K-3", "ida", "Closed Won", "2025-03-06", "2025-03-06", "900"),
        ("K-4", "ida", "Closed Won", "2025-03-07", "2025-03-21", "1000"),
        ("K-5", "ida", "Closed Won", "2025-03-10", "2025-03-10", "1100"),
    ],
    "stage_changes": [
        ("opportunity_id", "changed_at", "stage"),
        ("K-3", "2025-03-06", "Closed Won"),
        ("K-3", "2025-03-06", "Qualified"),
        ("K-4", "2025-03-07", "Discovery"),
        ("K-4", "2025-03-14", "Qualified"),
        ("K-4", "2025-03-14", "Demo"),
        ("K-4", "2025-03-21", "Closed Won"),
        ("K-5", "2025-03-10", "Closed Won"),
    ],
}


def test_a_deal_closed_on_the_day_it_was_created_was_open_on_that_day(
    build_project: BuildProject, tmp_path: Path
) -> None:
    folder = tmp_path / "csv_export"
    folder.mkdir()
    for table, rows in DAYS_ONLY.items():
        (folder / f"{table}.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    build = build_project(
        tmp_path, as_of="2025-03-31", vars={"fiscal_year_start_month": 1}, tests=True
    )
    visits = build.query(
        "select opportunity_id, string_agg(stage_id, ' ' order by visit_number),"
        " sum(days_in_stage) filter (where exit_kind <> 'open')::int"
        " from marts.fct_stage_visits group by 1 order by 1"
    )
    assert visits == [
        ("K-1", "prospecting closed_won", 0),
        ("K-2", "prospecting closed_lost", 0),
        ("K-3", "qualified closed_won", 0),
        ("K-4", "discovery qualified demo closed_won", 14),
        ("K-5", "prospecting closed_won", 0),
    ]
    # Of the first stage two were won and one was lost; both who were qualified moved on.
    exits = build.query(
        "select stage_id, converted_count, exit_count from ("
        " select slice_id as stage_id, numerator::int as converted_count,"
        " denominator::int as exit_count from marts.metric_values"
        " where metric_id = 'stage_conversion_rate' and scope = 'company'"
        " and period_type = 'month' and period_start = date '2025-03-01') order by 1"
    )
    assert exits == [
        ("demo", 1, 1),
        ("discovery", 1, 1),
        ("prospecting", 2, 3),
        ("qualified", 2, 2),
    ]
