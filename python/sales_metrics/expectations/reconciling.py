"""Compares the marts with the raw rows they were made of, and with the last published build.

Raw rows are read anew, by other code than the models': the stage map says what is won, the key
which row is meant. Only rows in the reporting currency that have not changed since the as-of day
are compared, on both sides the same, because the others need the history and the rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from sales_metrics.contract import RawTable
from sales_metrics.sql import connect, literal, quoted

STAGE_COLUMNS = ("source", "raw_stage", "is_won", "is_lost")
COMPANY = "scope = 'company' and period_type = 'quarter' and slice_type = 'all' and is_complete"


def write_reconciliation(
    comparison: Path,
    landing: Path,
    work: Path,
    tables: Iterable[RawTable],
    stages: Sequence[Mapping[str, str]],
    currency: str,
) -> None:
    """The table profile.reconciled of `comparison`: measure, raw and mart amount and deals."""
    with connect(comparison) as connection:
        connection.execute("create schema if not exists profile")
        connection.execute(
            "create or replace table profile.reconciled (measure varchar, source_name varchar,"
            " raw_amount decimal(38, 2), mart_amount decimal(38, 2), raw_deals bigint,"
            " missing_deals bigint)"
        )
        connection.execute(f"attach {literal(landing)} as landing (read_only)")
        connection.execute(f"attach {literal(work)} as work (read_only)")
        marts = _columns(connection, "work", "marts", "fct_opportunities")
        if not {"opportunity_id", "amount", "status"} <= marts or not stages:
            return
        (as_of,) = connection.execute(
            "select max(as_of_date) from work.marts.data_quality"
        ).fetchall()[0]
        connection.execute(
            "create temp table stage_map (source varchar, raw_stage varchar, is_won varchar,"
            " is_lost varchar)"
        )
        connection.executemany(
            "insert into stage_map values (?, ?, ?, ?)",
            [[row[name] for name in STAGE_COLUMNS] for row in stages],
        )
        crms = [(table, table.deals) for table in tables if table.deals]
        for table, deals in crms:
            # Without any stamp nobody can say what has not changed since the as-of day.
            if not {"id", deals["stage"], "amount"} <= set(table.read) or not table.stamps:
                continue
            prefix = f"{table.source}:" if len(crms) > 1 else ""
            connection.execute(_insert(table, deals), [table.source, currency, as_of, prefix])


def write_drift(comparison: Path, work: Path, before: Path | None) -> None:
    """The table profile.drift of `comparison`: company numbers of quarters over before."""
    with connect(comparison) as connection:
        connection.execute("create schema if not exists profile")
        connection.execute(
            "create or replace table profile.drift (metric_id varchar, period_start date,"
            " last_value double, metric_value double, change double)"
        )
        if before is None:
            return
        connection.execute(f"attach {literal(work)} as work (read_only)")
        connection.execute(f"attach {literal(before)} as before (read_only)")
        if not all(
            _columns(connection, one, "marts", "metric_values") for one in ("work", "before")
        ):
            return
        connection.execute(
            "insert into profile.drift"
            " select n.metric_id, n.period_start, l.metric_value, n.metric_value,"
            " abs(n.metric_value - l.metric_value)"
            " / nullif(greatest(abs(n.metric_value), abs(l.metric_value)), 0)"
            f" from (select * from work.marts.metric_values where {COMPANY}) as n"
            f" inner join (select * from before.marts.metric_values where {COMPANY}) as l"
            " on n.metric_id = l.metric_id and n.period_start = l.period_start"
            " where n.metric_value is distinct from l.metric_value"
            " order by 5 desc nulls last, 1, 2"
        )


def _insert(table: RawTable, deals: Mapping[str, str]) -> str:
    read = table.read
    stamps = ", ".join(f"cast({read[name].value} as timestamp)" for name in table.stamps)
    stamp = f"greatest({stamps})"
    deleted = [one for one in ("is_deleted", "_fivetran_deleted") if one in (*read, *table.loader)]
    gone = " or ".join(f"coalesce(try_cast({one} as boolean), false)" for one in deleted) or "false"
    active = "_fivetran_active"
    current = f"where try_cast({quoted(active)} as boolean)" if active in table.loader else ""
    stage, currency = deals["stage"], deals["currency"]
    money = f"nullif(trim({quoted(currency)}), '')" if currency in read else "null"
    # An id of 15 characters is the same as the one of 18 that begins with it.
    short = "left({}, 15)" if read["id"].kind == "id_18" else "{}"
    return f"""
        insert into profile.reconciled
        with stages as (
            select distinct raw_stage, is_won, is_lost
            from stage_map where source = ?
        ),
        raw_rows as (
            select
                {short.format("trim(cast(id as varchar))")} as id,
                arg_max(trim({quoted(stage)}), {stamp}) as stage,
                arg_max({read["amount"].value}, {stamp}) as amount,
                max({stamp}) as changed_at,
                arg_max(coalesce({money}, '') in ('', ?), {stamp}) as is_plain,
                bool_or({gone}) as is_gone
            from landing.{quoted(table.source, table.name)} {current}
            group by 1
        ),
        judged as (
            select id, amount, is_won = 'true' as is_won
            from raw_rows inner join stages on raw_rows.stage = stages.raw_stage
            where is_plain and not is_gone and cast(changed_at as date) <= ?
                and (is_won = 'true' or is_lost = 'false')
        ),
        deals as (
            select {short.format("replace(opportunity_id, ?, '')")} as id, status, amount
            from work.marts.fct_opportunities
        )
        select
            case when judged.is_won then 'won_amount' else 'open_pipeline' end,
            {literal(table.source)},
            coalesce(sum(judged.amount), 0),
            coalesce(sum(deals.amount) filter (
                where deals.status = case when judged.is_won then 'won' else 'open' end
            ), 0),
            count(*),
            count(*) - count(deals.id)
        from judged left join deals on judged.id = deals.id
        group by 1, 2
    """


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str
) -> set[str]:
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = ?"
        " and table_name = ?",
        [database, schema, table],
    ).fetchall()
    return {name for (name,) in found}
