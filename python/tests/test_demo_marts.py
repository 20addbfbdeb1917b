"""The demo company's marts against a second, independent way: plain SQL on its raw rows."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import Build

AS_OF = "2025-09-29"
NEWEST_FIRST = "system_modstamp desc, _fivetran_synced desc"
LATEST = """
    select * from (
        select *, row_number() over (partition by id order by {order}) as copy
        from '{path}'
    ) where copy = 1
"""


@pytest.fixture(scope="module")
def raw(demo_raw: Path) -> duckdb.DuckDBPyConnection:
    """The latest row of each raw id that was there on the as-of day."""
    connection = duckdb.connect()
    for table in ("opportunity", "opportunity_history", "event"):
        path = demo_raw / "salesforce" / f"{table}.parquet"
        order = "_fivetran_synced desc" if table == "event" else NEWEST_FIRST
        connection.execute(f"create view {table} as {LATEST.format(path=path, order=order)}")
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


def test_moves_back_and_over_stages_are_those_of_the_history_rows(
    demo: Build, raw: duckdb.DuckDBPyConnection
) -> None:
    """Moves of the 90 days to Sunday 28 September; Qualified is the third of five open stages."""
    ((moves, back, skipped),) = rows(
        raw,
        """
        with places (stage_name, place) as (
            values ('Prospecting', 1), ('Discovery', 2), ('Qualified', 3), ('Demo', 4),
                ('Proposal', 5), ('Price Quote', 5), ('Closed Won', 8), ('Closed Lost', 9)
        ),
        states as (
            select
                h.opportunity_id,
                h.created_date,
                -- A stage nobody mapped is a place of its own, before or after none.
                max_by(coalesce(p.place, -1), h.id) as place
            from opportunity_history as h
            left join places as p using (stage_name)
            group by 1, 2
        ),
        moves as (
            select
                place,
                lead(place) over life as next_place,
                lead(created_date) over life as moved_at
            from states
            window life as (partition by opportunity_id order by created_date)
        )
        select
            count(*),
            count(*) filter (where next_place between 1 and place - 1 and place <= 5),
            count(*) filter (where place in (1, 2) and next_place between place + 2 and 8)
        from moves
        where next_place <> place
            and moved_at >= date '2025-07-01' and moved_at < date '2025-09-29'
        """,
    )
    found = demo.query(
        """
        select metric_id, numerator, denominator
        from marts.metric_values
        where metric_id in ('backward_rate', 'skipped_stage_rate') and scope = 'company'
            and period_type = 'week' and period_start = date '2025-09-22'
        order by 1
        """
    )
    assert back > 0
    assert found == [("backward_rate", back, moves), ("skipped_stage_rate", skipped, moves)]


def test_demos_without_discovery_are_those_of_the_event_rows(
    demo: Build, raw: duckdb.DuckDBPyConnection
) -> None:
    """Demos of the 28 days to Sunday 28 September; a meeting counts once it is written down."""
    ((without, demos),) = rows(
        raw,
        """
        with held as (
            select type, what_id, greatest(start_date_time, created_date) as held_at
            from event
            where coalesce(outcome, 'Held') = 'Held' and not is_child and not is_deleted
                and what_id like '006%'
        ),
        discoveries as (
            select what_id, min(held_at) as first_at
            from held
            where type = 'Discovery'
            group by 1
        )
        select count(*) filter (where not coalesce(first_at < held_at, false)), count(*)
        from held
        left join discoveries using (what_id)
        where type = 'Demo' and held_at >= date '2025-09-01' and held_at < date '2025-09-29'
        """,
    )
    found = demo.query(
        """
        select numerator, denominator
        from marts.metric_values
        where metric_id = 'demos_without_discovery_rate' and scope = 'company'
            and period_type = 'week' and period_start = date '2025-09-22'
        """
    )
    assert without > 0
    assert found == [(without, demos)]


def test_the_average_hides_the_leak_of_enterprise_proposals(demo: Build) -> None:
    """The week in which the story is told: one segment falls, the company stands still."""
    found = demo.rows(
        """
        select segment, rate, baseline_rate, hidden_leak, company_delta
        from marts.rate_decomposition
        where metric_id = 'stage_conversion_rate' and slice_id = 'proposal'
            and period_start = date '2025-09-29'
        """
    )
    assert [row["segment"] for row in found if row["hidden_leak"]] == ["enterprise"]
    (enterprise,) = (row for row in found if row["segment"] == "enterprise")
    assert enterprise["baseline_rate"] == pytest.approx(0.33, abs=0.05)
    assert enterprise["rate"] < 0.25
    assert abs(enterprise["company_delta"]) < 0.02


def test_lifetime_value_and_retention_are_those_of_the_movements(
    demo: Build, demo_raw: Path
) -> None:
    """Account by account and month by month, in the order of the file's own kinds.

    What an account starts with is there when its month begins: it pays in it, and a year later.
    """
    planning = demo_raw / "planning"
    with (planning / "arr_movements.csv").open(newline="") as moved_file:
        moves = [row for row in csv.DictReader(moved_file) if row["month"] < AS_OF[:7]]
    with (planning / "gross_margin.csv").open(newline="") as margin_file:
        margins = {
            (row["month"], row["segment"]): Fraction(row["margin"])
            for row in csv.DictReader(margin_file)
        }
    segments = dict(demo.query("select account_id, segment from marts.dim_accounts"))
    months = sorted({row["month"] for row in moves})
    paying: dict[str, Fraction] = {}
    began: dict[str, dict[str, Fraction]] = {}
    lifetime: dict[str, tuple[Fraction, int]] = {}
    for month in months:
        of_month = [row for row in moves if row["month"] == month]
        for is_start in (True, False):
            for row in of_month:
                if (row["kind"] == "start") == is_start:
                    account = row["account"]
                    paying[account] = paying.get(account, Fraction(0)) + Fraction(row["amount"])
            if is_start:
                began[month] = {account: arr for account, arr in paying.items() if arr > 0}
        margin = sum(
            (
                arr * margins[month, segments[account]] / 12
                for account, arr in began[month].items()
                if (month, segments[account]) in margins
            ),
            Fraction(0),
        )
        lost = {
            row["account"]
            for row in of_month
            if row["kind"] == "churn" and (month, segments[row["account"]]) in margins
        }
        lifetime[month] = (margin, len(lost))
    quarters = {
        f"{start:%Y-%m}": (numerator, denominator, value, n)
        for start, numerator, denominator, value, n in demo.query(
            "select period_start, numerator, denominator, metric_value, n from marts.metric_values"
            " where metric_id = 'ltv' and period_type = 'quarter' and scope = 'company'"
        )
    }
    for number in range(0, len(months) - 2, 3):
        parts = [lifetime[month] for month in months[number : number + 3]]
        margin = sum((part[0] for part in parts), Fraction(0))
        lost_count = sum(part[1] for part in parts)
        found = quarters[months[number]]
        assert found[1] == found[3] == lost_count
        assert found[2] == pytest.approx(float(margin / lost_count), rel=1e-6)
    customers = dict(
        demo.query(
            "select strftime(period_start, '%Y-%m'), n from marts.metric_values"
            " where metric_id = 'expansion_arr' and period_type = 'quarter' and scope = 'company'"
        )
    )
    assert {month: len(began[month]) for month in months[::3]}.items() <= customers.items()
    before, after = began[months[0]], began[months[12]]
    retained = sum((after.get(account, Fraction(0)) for account in before), Fraction(0))
    assert demo.query(
        "select round(metric_value, 9), n from marts.metric_values where metric_id = 'nrr'"
        " and period_type = 'month' and scope = 'company'"
        " and period_start = cast(? || '-01' as date)",
        [months[11]],
    ) == [(round(float(retained / sum(before.values())), 9), len(before))]
