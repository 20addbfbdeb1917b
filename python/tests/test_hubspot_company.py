"""One generated company in two CRMs: the same log exported as Salesforce's tables and as HubSpot's
gives the same deals, visits, closings, activities and accounts, but for what HubSpot does not keep.
What lies to the right of these tables knows no CRM and is not built.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from demo_companies.hubspot import translated
from harness import Build, BuildProject, assert_same_marts, write_small_company

AS_OF = "2025-09-29"
TABLES = ("fct_opportunities", "fct_stage_visits", "fct_closings", "fct_activities", "dim_accounts")
ROAD = " ".join(f"+{name}" for name in TABLES)
# A contact is no lead of its own.
NOT_KEPT = {"fct_activities": {"lead_id"}}


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


def test_one_log_gives_the_same_deals_from_either_crm(
    build_project: BuildProject, on_salesforce: Path, on_hubspot: Path, tmp_path: Path
) -> None:
    left = build_project(on_salesforce, as_of=AS_OF, select=ROAD)
    right = build_project(on_hubspot, as_of=AS_OF, select=ROAD)
    named = with_ids_of_hubspot(left, tmp_path)
    assert assert_same_marts(named, right, tables=TABLES, ignore=NOT_KEPT) > 10_000
