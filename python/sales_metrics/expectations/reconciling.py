"""Compares the marts with the raw rows they were made of, and with the last published build.

Raw rows are read anew, by other code than the models': the stage map says what is won, the key
which row is meant. Only rows in the reporting currency that have not changed since the as-of day
are compared, on both sides the same, because the others need the history and the rates; and of
names of stages, those that mean the same in every pipeline and on every day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from sales_metrics.contract import RawTable
from sales_metrics.sql import columns_of, connect, literal, quoted

STAGE_COLUMNS = ("source", "raw_stage", "is_won", "is_lost")
# Columns a map may lack: one without them is of every pipeline and every day.
WITHIN = ("pipeline", "valid_from", "valid_to")
COMPARED = {
    *("metric_id", "period_type", "period_start", "scope", "slice_type"),
    *("metric_value", "is_complete"),
}
COMPANY = "scope = 'company' and period_type = 'quarter' and slice_type = 'all' and is_complete"


def write_reconciliation(
    comparison: Path,
    landing: Path,
    work: Path,
    tables: Sequence[RawTable],
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
        marts = columns_of(connection, "work", "marts", "fct_opportunities")
        if not {"opportunity_id", "amount", "status"} <= marts or not stages:
            return
        (as_of,) = connection.execute(
            "select max(as_of_date) from work.marts.data_quality"
        ).fetchall()[0]
        columns = (*STAGE_COLUMNS, *WITHIN)
        connection.execute(
            f"create temp table stage_map ({', '.join(f'{name} varchar' for name in columns)})"
        )
        connection.executemany(
            f"insert into stage_map values ({', '.join('?' for _ in columns)})",
            [[(row.get(name) or "").strip() for name in columns] for row in stages],
        )
        unstated = _unstated_currency(connection, tables) or currency
        crms = [(table, table.deals) for table in tables if table.deals]
        for table, deals in crms:
            # Without any stamp nobody can say what has not changed since the as-of day.
            if not {"id", deals["stage"], "amount"} <= set(table.read) or not table.stamps:
                continue
            prefix = f"{table.source}:" if len(crms) > 1 else ""
            connection.execute(
                _insert(table, deals, "stage_id" in marts),
                [table.source, unstated, currency, as_of, prefix],
            )


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
        # A build of an earlier version may lack one.
        if not all(
            columns_of(connection, one, "marts", "metric_values") >= COMPARED
            for one in ("work", "before")
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


def _unstated_currency(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable]
) -> str | None:
    """What an amount without a currency is in, where a table of currencies tells the company's."""
    told: list[str] = []
    for table in tables:
        flag = table.read.get("is_corporate")
        if flag and table.key[0] in table.read:
            found = connection.execute(
                f"select upper(trim({quoted(table.key[0])}))"
                f" from landing.{quoted(table.source, table.name)} where {flag.value}"
            ).fetchall()
            told += [code for (code,) in found if code]
    return min(told, default=None)


def _gone(table: RawTable) -> str:
    """True of a row that its CRM or loader has deleted, or that was merged into another one."""
    found = list(table.gone)
    if "is_deleted" in table.read:
        found.append(f"coalesce({table.read['is_deleted'].value}, false)")
    if "merged_into_id" in table.read:
        found.append("coalesce(trim(cast(merged_into_id as varchar)), '') <> ''")
    return " or ".join(f"({one})" for one in found) or "false"


def _insert(table: RawTable, deals: Mapping[str, str], has_stages: bool) -> str:
    """`has_stages`: whether the marts say in which stage a deal is."""
    read = table.read
    stamps = ", ".join(f"cast({read[name].value} as timestamp)" for name in table.stamps)
    stamp = f"greatest({stamps})"
    gone = _gone(table)
    active = "_fivetran_active"
    current = f"where try_cast({quoted(active)} as boolean)" if active in table.loader else ""
    stage, currency = deals["stage"], deals["currency"]
    money = f"nullif(upper(trim({quoted(currency)})), '')" if currency in read else "null"
    # An id of 15 characters is the same as the one of 18 that begins with it.
    short = "left({}, 15)" if read["id"].kind == "id_18" else "{}"
    return f"""
        insert into profile.reconciled
        with stages as (
            select
                raw_stage,
                any_value(is_won) as is_won,
                any_value(is_lost) as is_lost,
                bool_or(pipeline = '') as is_everywhere
            from stage_map where source = ?
            group by raw_stage
            having count(distinct (is_won, is_lost)) = 1
                and bool_or(valid_from = '') and bool_or(valid_to = '')
        ),
        raw_rows as (
            select
                {short.format("trim(cast(id as varchar))")} as id,
                arg_max_null(trim({quoted(stage)}), {stamp}) as stage,
                arg_max_null({read["amount"].value}, {stamp}) as amount,
                max({stamp}) as changed_at,
                arg_max(coalesce({money}, ?) = ?, {stamp}) as is_plain,
                bool_or({gone}) as is_gone
            from landing.{quoted(table.source, table.name)} {current}
            group by 1
        ),
        judged as (
            select id, amount, is_won = 'true' as is_won, is_everywhere
            from raw_rows inner join stages on raw_rows.stage = stages.raw_stage
            where is_plain and not is_gone and cast(changed_at as date) <= ?
                and (is_won = 'true' or is_lost = 'false')
        ),
        deals as (
            select {short.format("replace(opportunity_id, ?, '')")} as id, status, amount,
                {"stage_id" if has_stages else "''"} as stage_id
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
        -- In a pipeline that the map does not tell of, the name means nothing.
        where judged.is_everywhere or not starts_with(coalesce(deals.stage_id, ''), 'unmapped')
        group by 1, 2
    """
