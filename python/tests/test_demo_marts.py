"""The demo company's marts against a second, independent way: plain SQL on its raw rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import Build, BuildProject

AS_OF = "2025-09-29"
LATEST = """
    select * from (
        select *, row_number() over (
            partition by id order by system_modstamp desc, _fivetran_synced desc
        ) as copy
        from '{path}'
    ) where copy = 1
"""


@pytest.fixture(scope="module")
def demo(build_project: BuildProject, demo_raw: Path) -> Build:
    return build_project(demo_raw, as_of=AS_OF)


@pytest.fixture(scope="module")
def raw(demo_raw: Path) -> duckdb.DuckDBPyConnection:
    """The latest row of each raw id that was there on the as-of day."""
    connection = duckdb.connect()
    for table in ("opportunity", "opportunity_history"):
        path = demo_raw / "salesforce" / f"{table}.parquet"
        connection.execute(f"create view {table} as {LATEST.format(path=path)}")
    for table in ("task", "account"):
        path = demo_raw / "salesforce" / f"{table}.parquet"
        connection.execute(f"create view {table} as select distinct * from '{path}'")
    return connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def test_deals_stand_as_the_raw_rows_leave_them(
    demo: Build, raw: duckdb.DuckDBPyConnection
) -> None:
    """By status: the current row unless it is of later, else the last history row of the day."""
    expected = rows(
        raw,
        f"""
        with last_known as (
            select opportunity_id, max_by(stage_name, (created_date, id)) as stage_name
            from opportunity_history
            where created_date < date '{AS_OF}' + 1
            group by 1
        )
        select
            case
                when o.is_deleted and o.last_modified_date < date '{AS_OF}' + 1 then 'deleted'
                when s.stage_name = 'Closed Won' then 'won'
                when s.stage_name = 'Closed Lost' then 'lost'
                else 'open'
            end as status,
            count(*) as deals
        from opportunity as o
        left join last_known as h on o.id = h.opportunity_id
        cross join lateral (
            select case
                when o.last_modified_date < date '{AS_OF}' + 1 then o.stage_name
                else h.stage_name
            end as stage_name
        ) as s
        where o.created_date < date '{AS_OF}' + 1
        group by 1 order by 1
        """,
    )
    found = demo.query("select status, count(*) from marts.fct_opportunities group by 1 order by 1")
    assert [tuple(row) for row in found] == expected


def test_enterprise_proposals_convert_as_the_history_rows_say(
    demo: Build, raw: duckdb.DuckDBPyConnection
) -> None:
    """Exits from Proposal of the 90 days to Sunday 28 September, enterprise by employees."""
    (expected,) = rows(
        raw,
        """
        with moves as (
            select
                h.opportunity_id,
                replace(h.stage_name, 'Price Quote', 'Proposal') as stage_name,
                lead(replace(h.stage_name, 'Price Quote', 'Proposal')) over life as next_stage,
                lead(h.created_date) over life as left_at
            from opportunity_history as h
            window life as (partition by h.opportunity_id order by h.created_date, h.id)
        )
        select
            count(*) filter (where next_stage = 'Closed Won') as won,
            count(*) as left_it
        from moves
        inner join opportunity as o on o.id = moves.opportunity_id
        inner join account as a on a.id = o.account_id
        where moves.stage_name = 'Proposal'
            and next_stage is not null and next_stage <> 'Proposal'
            and left_at >= date '2025-07-01' and left_at < date '2025-09-29'
            and coalesce(
                lower(a.segment) = 'enterprise', a.number_of_employees >= 2000
            )
        """,
    )
    ((advanced, left, value),) = demo.query(
        """
        select numerator, denominator, metric_value
        from marts.metric_values
        where metric_id = 'stage_conversion_rate' and slice_id = 'proposal'
            and scope = 'segment' and segment = 'enterprise'
            and period_type = 'week' and period_start = date '2025-09-22'
        """
    )
    assert (advanced, left) == expected
    assert value == pytest.approx(expected[0] / expected[1])


def test_calls_by_month_are_the_closed_call_tasks(
    demo: Build, raw: duckdb.DuckDBPyConnection
) -> None:
    expected = rows(
        raw,
        f"""
        select
            cast(date_trunc('month', coalesce(completed_date_time, created_date)) as date) as month,
            count(distinct id) as calls
        from task
        where task_subtype = 'Call'
            and is_closed
            and not coalesce(is_deleted, false)
            and coalesce(type, '') not in ('Automated', 'Automated Email', 'Reply')
            and created_date < date '{AS_OF}' + 1
            and coalesce(completed_date_time, created_date) < date '{AS_OF}' + 1
        group by 1 order by 1
        """,
    )
    found = demo.query(
        """
        select period_start, calls_count
        from marts.activity_metrics
        where scope = 'company' and period_type = 'month' and calls_count > 0
        order by 1
        """
    )
    assert [tuple(row) for row in found] == expected
