"""One generated company in two CRMs: the same log exported as Salesforce's tables and as HubSpot's
gives the same marts, but for what HubSpot does not keep; and what holds of the other roads holds of
HubSpot's: no look-ahead, no meaning in the order or the copies of rows, no row lost.

What those builds are looked at for lies where CRMs are still told apart; nothing else of them is
built.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from demo_companies.hubspot import translated
from harness import Build, BuildProject, assert_rows_kept, assert_same_marts, write_small_company
from test_determinism import doubled, rewrite, shuffled
from test_no_look_ahead import HISTORY, WITHOUT_HISTORY

AS_OF = "2025-09-29"
MIDDAY = dt.date(2025, 5, 31)
TABLES = ("fct_opportunities", "fct_stage_visits", "fct_closings", "fct_activities", "dim_accounts")
ROAD = " ".join(f"+{name}" for name in (*TABLES, *HISTORY, "int_raw_audit"))
# A contact is no lead of its own; chances of winning are HubSpot's by stage, not a deal's own.
METRICS_NOT_KEPT = (
    *("leads_count", "leads_count_t90", "lead_conversion_rate", "lead_unanswered_share"),
    *("lead_response_minutes", "lead_response_minutes_p95", "lead_response_business_minutes"),
    "crm_weighted_pipeline_amount",
)
NOT_KEPT = {
    # A call that was a task before is HubSpot's from the moment it was made.
    "fct_activities": {"lead_id", "booked_at"},
    "activity_metrics": {"leads_count", "leads_count_t90"},
    "pipeline_metrics": {
        *("crm_weighted_pipeline_amount", "lead_conversion_rate", "lead_conversion_rate_n"),
    },
    # What is said of the leads beneath.
    "ceo_five": {"reading"},
}
KEPT = f"metric_id not in {METRICS_NOT_KEPT}"
OF_A_METRIC = ("metric_values", "kpi_status", "kpi_audit", "kpi_breaches", "kpi_incidents")
# data_quality counts rows of either's tables.
OF_ONE_CRM = ("fct_leads", "data_quality")


@pytest.fixture(scope="module")
def on_hubspot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_company(tmp_path_factory.mktemp("on_hubspot"), crm="hubspot")


@pytest.fixture(scope="module")
def on_salesforce(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one currency, as HubSpot has no rates, and with every change logged, as HubSpot does."""
    folder = write_small_company(tmp_path_factory.mktemp("on_salesforce"), tracking=0)
    tables = folder / "salesforce"
    for table in ("currency_type", "dated_conversion_rate"):
        (tables / f"{table}.parquet").unlink()
    deals, copy = tables / "opportunity.parquet", folder / "deals.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * exclude (currency_iso_code) from '{deals}') to '{copy}'"
        )
    copy.replace(deals)
    return folder


def with_ids_of_hubspot(build: Build, folder: Path) -> Build:
    """A copy of the public tables that names every record by its id in HubSpot."""
    database = folder / "translated.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.create_function("to_hubspot", translated, ["varchar"], "varchar")
        connection.execute(f"attach '{build.database}' as built (read_only)")
        connection.execute("create schema marts")
        for table in build.tables():
            columns = [
                f"if(contains({name}, 'Kd0'), to_hubspot({name}), {name}) as {name}"
                if kind == "VARCHAR"
                else name
                for name, kind in build.columns(table).items()
            ]
            query = f"select {', '.join(columns)} from built.marts.{table}"
            connection.execute(f"create table marts.{table} as {query}")
    return Build(database=database, success=True, statuses={})


def test_one_log_gives_the_same_marts_from_either_crm(
    build_project: BuildProject, on_salesforce: Path, on_hubspot: Path, tmp_path: Path
) -> None:
    left = build_project(on_salesforce, as_of=AS_OF)
    right = build_project(on_hubspot, as_of=AS_OF)
    named = with_ids_of_hubspot(left, tmp_path)
    tables = [table for table in right.tables() if table not in OF_ONE_CRM]
    kept = dict.fromkeys(OF_A_METRIC, KEPT)
    # Before it there are leads and nothing else.
    kept["pipeline_metrics"] = "period_end > date '2023-07-02'"
    compared = assert_same_marts(named, right, tables=tables, where=kept, ignore=NOT_KEPT)
    assert compared > 900_000


def test_a_build_uses_nothing_that_happened_later(
    build_project: BuildProject, on_hubspot: Path, tmp_path: Path
) -> None:
    as_it_stood = write_small_company(tmp_path, MIDDAY, crm="hubspot")
    stood = build_project(as_it_stood, as_of=str(MIDDAY), select=ROAD)
    whole = build_project(on_hubspot, as_of=str(MIDDAY), select=ROAD)
    assert assert_same_marts(stood, whole, tables=TABLES, ignore=WITHOUT_HISTORY) > 0
    compared = assert_same_marts(
        stood, whole, tables=HISTORY, schema="intermediate", ignore=WITHOUT_HISTORY
    )
    assert compared > 0


def test_a_later_build_keeps_what_is_past(build_project: BuildProject, on_hubspot: Path) -> None:
    before = build_project(on_hubspot, as_of=str(MIDDAY), select=ROAD)
    after = build_project(on_hubspot, as_of=AS_OF)
    ended = {
        "int_opportunity_versions": f"cast(valid_to as date) <= date '{MIDDAY}'",
        "int_stage_visits": f"cast(exited_at as date) <= date '{MIDDAY}'",
    }
    compared = assert_rows_kept(
        before, after, tables=HISTORY, where=ended, schema="intermediate", ignore=WITHOUT_HISTORY
    )
    assert compared > 1_000


def test_neither_order_nor_copies_nor_threads_matter(
    build_project: BuildProject, on_hubspot: Path, tmp_path: Path
) -> None:
    """Some deals are with a second company: a deal that is loaded twice has one primary all the
    same.
    """
    build = build_project(on_hubspot, as_of=AS_OF)
    twice = rewrite(on_hubspot, tmp_path / "twice", doubled)
    shuffle = rewrite(twice, tmp_path / "shuffled", shuffled)
    other = build_project(shuffle, as_of=AS_OF, threads=4, select=ROAD)
    assert assert_same_marts(build, other, tables=TABLES) > 10_000


def test_every_row_that_lies_there_is_counted(
    build_project: BuildProject, on_hubspot: Path
) -> None:
    build = build_project(on_hubspot, as_of=AS_OF)
    counted = {
        table: (came, out + copies + unusable)
        for table, came, out, copies, unusable in build.query(
            "select table_name, rows_in, rows_out, duplicate_rows, quarantined_rows"
            " from intermediate.int_raw_audit where source_name = 'hubspot'"
        )
    }
    lying: dict[str, tuple[str, ...]] = {
        "deal": ("deals", "deals_archived"),
        "owner": ("owners", "owners_archived"),
        "company": ("companies",),
        "deal_property_history": ("deals_property_history",),
    }
    for kind in ("call", "email", "meeting", "task"):
        lying[f"engagement_{kind}"] = (f"engagements_{kind}s",)
    for table, files in lying.items():
        names = [str(on_hubspot / "hubspot" / f"{file}.parquet") for file in files]
        with duckdb.connect() as connection:
            query = "select count(*) from read_parquet(?, union_by_name = true)"
            ((rows,),) = connection.execute(query, [names]).fetchall()
        assert counted[table] == (rows, rows), table
