"""What the CRM rooms make of the raw tables: the relations that all proposals are read from.

dbt reads the raw tables once, as it does in every build, so that what is proposed is proposed on
what will be built. What is asked of a CRM here is the same for all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sales_metrics.dbt_runs.dbt import run_models
from sales_metrics.errors import SalesMetricsError
from sales_metrics.init.stage_evidence import Evidence
from sales_metrics.sql import connect, over, quoted

SHAPES = ("opportunities", "opportunity_changes", "accounts", "people", "activities", "leads")
PROFILE = "sales_metrics"


def shaped(
    project: Path, work: Path, raw: Path, vars: Mapping[str, Any], attached: Path | None
) -> duckdb.DuckDBPyConnection:
    """A connection to what dbt makes of the raw tables, up to the room `crm`."""
    profiles = work / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    (profiles / "profiles.yml").write_text(
        yaml.safe_dump(profile(PROFILE, "{{ env_var('SALES_METRICS_DUCKDB') }}", attached)),
        encoding="utf-8",
    )
    select = ["staging", *(f"+int_crm_{shape}" for shape in (*SHAPES, "currencies"))]
    outcome = run_models(
        select,
        vars=json.dumps(dict(vars)),
        project=project,
        profiles=profiles,
        work=work,
        cache=work / "cache",
        raw=str(raw),
    )
    if not outcome.success:
        raise SalesMetricsError(*outcome.sentences)
    connection = connect(work / "work.duckdb")
    if attached:
        connection.execute(f"attach '{attached}' as raw (read_only)")
    return connection


def profile(name: str, path: str, attached: Path | None) -> dict[str, Any]:
    output: dict[str, Any] = {
        "type": "duckdb",
        "path": path,
        "schema": "main",
        "threads": 2,
        "settings": {"preserve_insertion_order": False, "TimeZone": "UTC"},
    }
    if attached:
        output["attach"] = [{"path": str(attached), "alias": "raw", "read_only": True}]
    return {name: {"target": "duckdb", "outputs": {"duckdb": output}}}


def shape(connection: duckdb.DuckDBPyConnection, name: str, source: str) -> duckdb.DuckDBPyRelation:
    """The rows of one CRM in a shape."""
    return connection.table(made(connection, f"int_crm_{name}")).filter(f"source = '{source}'")


def made(connection: duckdb.DuckDBPyConnection, model: str) -> str:
    """What a model gives, as a table: its views would read the raw files at every question."""
    copy = f"read_{model}"
    there = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
    if (copy,) not in there:
        schema = _models(connection)[model]
        connection.execute(f"create temp table {copy} as from {quoted(schema, model)}")
    return copy


def staged(connection: duckdb.DuckDBPyConnection, pattern: str) -> list[str]:
    """Staging models whose name is of the pattern, as tables."""
    names = [name for name in sorted(_models(connection)) if re.fullmatch(pattern, name)]
    return [made(connection, name) for name in names]


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {table}").fetchall()}


def evidence_of_stages(connection: duckdb.DuckDBPyConnection, source: str) -> Evidence:
    deals = over(
        shape(connection, "opportunities", source),
        "o",
        "select opportunity_id as deal_id, stage_name as stage, pipeline, is_closed,"
        " cast(null as boolean) as is_won, crm_probability as probability, created_at,"
        " close_date, is_deleted from o",
    )
    for table in staged(connection, f"stg_{source}__(opportunity|opportunities|deals?)"):
        if {"is_won", "opportunity_id"} <= columns_of(connection, table):
            deals = connection.sql(
                "select d.* replace (w.is_won as is_won) from deals as d left join (select"
                f" opportunity_id, any_value(is_won) as is_won from {table} group by 1) as w"
                " on w.opportunity_id = d.deal_id"
            )
    changes = over(
        shape(connection, "opportunity_changes", source),
        "c",
        "select opportunity_id as deal_id, changed_at, stage_name as stage, old_stage_name,"
        " pipeline from c where stage_name is not null",
    )
    # A log of fields begins with the first change: where the deal was before it has been from the
    # beginning.
    changes = connection.sql(
        "select * exclude (old_stage_name) from changes union all"
        " select deal_id, d.created_at, c.old_stage_name, c.pipeline from deals as d inner join"
        " (from changes qualify row_number() over (partition by deal_id"
        " order by changed_at, stage) = 1) as c using (deal_id)"
        " where c.old_stage_name is not null and d.created_at < c.changed_at"
    )
    # A log that names no pipeline is of the one the deal is in.
    changes = connection.sql(
        "select c.* replace (coalesce(nullif(trim(c.pipeline), ''), d.pipeline) as pipeline)"
        " from changes as c left join deals as d on d.deal_id = c.deal_id"
    )
    return Evidence(deals, changes, _listed(connection, source))


def _listed(connection: duckdb.DuckDBPyConnection, source: str) -> duckdb.DuckDBPyRelation:
    """The CRM's own table of stages, if it has one."""
    tables = [
        table
        for table in staged(connection, f"stg_{source}__.*stages?")
        if "is_closed" in columns_of(connection, table)
    ]
    table = tables[0] if tables else None
    columns = columns_of(connection, table) if table else set()

    def column(kind: str, *names: str) -> str:
        found = next((name for name in names if name in columns), None)
        return f"cast({found} as {kind})" if found else f"cast(null as {kind})"

    stage = column("varchar", "stage_name", "stage_id", "stage")
    # A stage that is closed with a probability of 1 is won where nothing else says so.
    chance = column("double", "default_probability", "crm_probability", "probability")
    closed = column("boolean", "is_closed")
    won = column("boolean", "is_won")
    return connection.sql(
        f"select {stage} as stage, {column('varchar', 'stage_label', 'label')} as label,"
        f" {column('varchar', 'pipeline', 'pipeline_id')} as pipeline,"
        f" {column('double', 'stage_order', 'sort_order', 'display_order')} as sort_order,"
        f" {closed} as is_closed,"
        f" coalesce({won}, case when {closed} then {chance} = 1 end) as is_won,"
        f" {chance} as probability,"
        f" coalesce({column('boolean', 'is_active')}, not {column('boolean', 'is_deleted')})"
        " as is_active" + (f" from {table}" if table else " where false")
    )


def time_zones(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many users have which time zone, where the CRM says."""
    found: dict[str, int] = {}
    for table in staged(connection, "stg_.*__(users?|owners?)"):
        for column in columns_of(connection, table) & {
            "time_zone",
            "time_zone_sid_key",
            "timezone",
        }:
            rows = connection.execute(
                f"select trim({column}), count(*) from {table}"
                f" where trim({column}) <> '' group by 1"
            ).fetchall()
            for zone, count in rows:
                found[zone] = found.get(zone, 0) + count
    return found


def _models(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The schema of every model, without looking into its view."""
    rows = connection.execute(
        "select view_name, schema_name from duckdb_views() where not internal and not temporary"
        " union all select table_name, schema_name from duckdb_tables() where not temporary"
    ).fetchall()
    return {name: schema for name, schema in rows if name.startswith(("int_", "stg_"))}
