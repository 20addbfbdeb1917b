"""Compares the metric values of two builds and says why each differs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.publishing.store import UNKNOWN, BuildInfo
from sales_metrics.sql import columns_of, connect, literal, quoted

NEW_FACTS, RESTATED, CODE, CODE_OR_FACTS, ROLLED_OUT = (
    "new facts",
    "restated facts",
    "changed code",
    "changed code or restated facts",
    "rolled out",
)
REASONS = {
    NEW_FACTS: "the period was not over, or not in the build, or its metric matures",
    RESTATED: "the period was over: the CRM rewrote the past, by the same code",
    CODE: "the same raw files give another number by other code",
    ROLLED_OUT: "single days are reported for a while only, and these lie before the new build's",
    CODE_OR_FACTS: "both the code and the raw files differ: build the old raw files to tell apart",
}
KEY = (
    "metric_id",
    "period_type",
    "period_start",
    "scope",
    "segment",
    "team_id",
    "rep_id",
    "slice_type",
    "slice_id",
)
VALUES = {*KEY, "period_end", "numerator", "denominator", "metric_value", "is_complete"}
# What a comparison reads, by side and table.
COMPARED: Mapping[str, Mapping[str, set[str]]] = {
    "old": {"metric_values": VALUES},
    "new": {"metric_values": VALUES, "dim_metrics": {"metric_id", "matures"}},
}
# Below this share of the larger value two doubles are the same number.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Changed:
    """All that changed in one metric at one scope for one reason."""

    metric_id: str
    scope: str
    reason: str
    rows: int
    appeared: int
    disappeared: int
    # The row that moved most: its keys and both values.
    largest: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    before: BuildInfo
    after: BuildInfo
    same_code: bool
    same_raw: bool
    rows: Mapping[str, tuple[int | None, int | None]]
    changed: Sequence[Changed]


def compare_builds(
    before: tuple[BuildInfo, Path],
    after: tuple[BuildInfo, Path],
    metric: str | None = None,
    scope: str | None = None,
) -> Difference:
    old, new = before[0], after[0]
    same_code = old.code_hash == new.code_hash
    same_raw = old.raw_fingerprint == new.raw_fingerprint != UNKNOWN
    with about(after[1]), connect() as connection:
        for name, path in (("old", before[1]), ("new", after[1])):
            with about(path):
                connection.execute(f"attach {literal(path)} as {name} (read_only)")
        for name, info in (("old", old), ("new", new)):
            _check_compared(connection, name, info)
        in_catalog = " union select metric_id from new.marts.dim_metrics"
        _check_known(connection, "metric", metric, in_catalog)
        _check_known(connection, "scope", scope)
        found = connection.execute(
            _query(past_reason(same_code, same_raw)),
            {"last_day": min(old.as_of_date, new.as_of_date), "metric": metric, "scope": scope},
        ).fetchall()
    names = [*KEY[1:3], *KEY[4:], "before", "after"]
    return Difference(
        before=old,
        after=new,
        same_code=same_code,
        same_raw=same_raw,
        rows={
            table: (old.rows.get(table), new.rows.get(table))
            for table in sorted({*old.rows, *new.rows})
            if old.rows.get(table) != new.rows.get(table)
        },
        changed=[
            Changed(metric, scope, reason, rows, new, gone, dict(zip(names, most, strict=True)))
            for metric, scope, reason, rows, new, gone, *most in found
        ],
    )


def _check_compared(connection: duckdb.DuckDBPyConnection, name: str, info: BuildInfo) -> None:
    """Builds of versions far apart need not have the same columns."""
    for table, needed in COMPARED[name].items():
        there = columns_of(connection, name, "marts", table)
        lacks = min(needed - there, default="") if there else table
        if lacks:
            what = f"column {lacks} in {table}" if there else f"table {table}"
            raise SalesMetricsError(
                f"The {name} build {info.build_id} has no {what} to compare: it was made by"
                " another version, or of another project."
            )


def _check_known(
    connection: duckdb.DuckDBPyConnection, what: str, name: str | None, more: str = ""
) -> None:
    """A misspelt metric or scope differs in no value, which would read as good news."""
    if name is None:
        return
    column = "metric_id" if what == "metric" else what
    known = [
        str(one)
        for (one,) in connection.execute(
            f"select {column} from old.marts.metric_values"
            f" union select {column} from new.marts.metric_values{more} order by all"
        ).fetchall()
    ]
    if name not in known:
        near = difflib.get_close_matches(name, known, 3)
        meant = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}."
        raise SalesMetricsError(f"Neither build has the {what} {name}; {meant}")


def past_reason(same_code: bool, same_raw: bool) -> str:
    """Why a number of a period that was over in both builds differs."""
    if same_code:
        return RESTATED
    return CODE if same_raw else CODE_OR_FACTS


def _query(past: str) -> str:
    same_key = " and ".join(f"o.{quoted(k)} is not distinct from n.{quoted(k)}" for k in KEY)
    keys = ", ".join(f"coalesce(n.{quoted(k)}, o.{quoted(k)}) as {quoted(k)}" for k in KEY)
    shown = ", ".join(f"arg_max({quoted(k)}, size)" for k in (*KEY[1:3], *KEY[4:]))
    return f"""
        with joined as (
            select {keys}, coalesce(n.period_end, o.period_end) as period_end,
                o.metric_value as before, n.metric_value as after,
                o.metric_id is null as is_new, n.metric_id is null as is_gone,
                coalesce(o.is_complete, n.is_complete) as was_complete,
                o.numerator is distinct from n.numerator
                    or o.denominator is distinct from n.denominator as parts_differ
            from old.marts.metric_values as o
            full join new.marts.metric_values as n on {same_key}
            where coalesce(n.metric_id, o.metric_id) = coalesce($metric, n.metric_id, o.metric_id)
                and coalesce(n.scope, o.scope) = coalesce($scope, n.scope, o.scope)
        ),
        differing as (
            select *, coalesce(abs(after - before), abs(after), abs(before), 0) as size
            from joined
            where is_new or is_gone or (before is null) <> (after is null)
                or abs(after - before) > {TOLERANCE} * greatest(abs(after), abs(before))
                or (before is null and after is null and parts_differ)
        ),
        first_periods as (
            select period_type, min(period_start) as first_start
            from new.marts.metric_values group by period_type
        ),
        explained as (
            select differing.*, case
                when is_gone and period_type = 'day' and period_start < first_start
                    then '{ROLLED_OUT}'
                when period_end > cast($last_day as date) or not was_complete then '{NEW_FACTS}'
                when m.matures and '{past}' = '{RESTATED}' then '{NEW_FACTS}'
                else '{past}'
            end as reason
            from differing
            left join first_periods using (period_type)
            left join (select metric_id, matures from new.marts.dim_metrics) as m
                on differing.metric_id = m.metric_id
        )
        select metric_id, scope, reason, count(*), count_if(is_new), count_if(is_gone),
            {shown}, arg_max_null(before, size), arg_max_null(after, size)
        from explained
        group by metric_id, scope, reason
        order by metric_id, scope, reason
    """
