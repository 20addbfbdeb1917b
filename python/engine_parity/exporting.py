"""Brings the tables of a target out as Parquet, and reads off the manifest what their keys are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError


def export(project: Path, profiles: Path, target: str, schema: str, folder: Path) -> Path:
    """Writes every table of the schema to `folder/tables`; returns the path of dbt's manifest."""
    # Imported here, so that the other commands start without it.
    from dbt.cli.main import dbtRunner

    tables = folder / "tables"
    tables.mkdir(parents=True)
    outcome = dbtRunner().invoke(
        [
            *["--quiet", "run-operation", "export_tables"],
            *["--args", json.dumps({"schema": schema, "folder": str(tables)})],
            *["--target", target, "--project-dir", str(project), "--profiles-dir", str(profiles)],
            *["--target-path", str(folder / "dbt"), "--log-path", str(folder / "logs")],
        ]
    )
    if not outcome.success:
        reason = f": {outcome.exception}" if outcome.exception else "; dbt says why above"
        raise SalesMetricsError(f"The tables of target {target} could not be read{reason}.")
    if not any(tables.iterdir()):
        raise SalesMetricsError(
            f"Target {target} holds no table in schema {schema}: run `dbt build --target {target}`."
        )
    return folder / "dbt" / "manifest.json"


def tested_keys(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The columns that dbt tests to be unique together, by name of the model."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        model = manifest["nodes"].get(node.get("attached_node"))
        if model is None or test.get("name") != "rows_keep":
            continue
        arguments = test["kwargs"]
        tested = [[column] for column in arguments.get("unique", [])]
        for key in map(tuple, tested + arguments.get("unique_together", [])):
            # Of two keys the shorter one is enough, and the choice must not depend on dbt's order.
            known = keys.get(model["name"], key)
            keys[model["name"]] = min(known, key, key=lambda names: (len(names), names))
    return keys
