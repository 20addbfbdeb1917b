#!/usr/bin/env bash
# PyIceberg: whether a delete takes the rows without a value depends on the file they lie in.
#
# Expected: `table.delete("stage != 'open'")` deletes what `table.scan("stage != 'open'")` shows, as in SQL,
# where a row without a stage is not touched; and how rows were spread over files changes nothing.
# Seen: pyiceberg 0.12.0. The scan shows the won deal alone, wherever the rows lie. The delete takes the
# won deal alone if all rows were appended at once; if the deal without a stage was appended by itself, so
# that its file has a stage column of nothing but nulls, it takes that deal too. `not in` does the same, and
# so does `overwrite` with such a filter. Nothing warns.
# Why it matters: a small load whose rows all lack a value (leads without an owner, deals without a
# segment yet) is a file of its own: "replace all but the open ones" then loses them, and the same line
# would keep them once files have been put together.
# Source: issue 3498 and pull request 3918 of apache/iceberg-python: where a file's statistics know of
# nulls alone, `!=` counts as true of every row, and the file goes unread; rows that are read follow SQL.
# Instead: say what is meant of nulls in the filter: `stage != 'open' and stage is not null`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    "pyiceberg[sql-sqlite]==0.12.0" pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PY'
import importlib.metadata

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

SCHEMA = pa.schema([("id", pa.string()), ("stage", pa.string())])
STAGED, UNSTAGED = [("D1", "open"), ("D2", "won")], [("D3", None)]
catalog = SqlCatalog("deals", uri="sqlite:///catalog.db", warehouse="warehouse")
catalog.create_namespace("raw")


def ids(table, row_filter="id is not null"):
    return sorted(table.scan(row_filter=row_filter).to_arrow()["id"].to_pylist())


def loaded(name, *loads):
    table = catalog.create_table(f"raw.{name}", schema=SCHEMA)
    for rows in loads:
        table.append(pa.Table.from_pylist([dict(zip(SCHEMA.names, row)) for row in rows], SCHEMA))
    return table


def deleted(table, row_filter):
    found, before = ids(table, row_filter), ids(table)
    table.delete(row_filter)
    return found, sorted(set(before) - set(ids(table)))


print("pyiceberg", importlib.metadata.version("pyiceberg"))
seen = {}
replaced = loaded("replaced", STAGED, UNSTAGED)
replaced.overwrite(pa.Table.from_pylist([{"id": "D4", "stage": "won"}], SCHEMA), "stage != 'open'")
print("overwrite of stage != 'open', loads: 2; left", ids(replaced))
assert ids(replaced) == ["D1", "D4"]
for row_filter in ("stage != 'open'", "stage not in ('open')", "stage != 'open' and stage is not null"):
    for loads in ([STAGED + UNSTAGED], [STAGED, UNSTAGED]):
        found, gone = deleted(loaded(f"deals_{len(seen)}", *loads), row_filter)
        seen[row_filter, len(loads)] = (found, gone)
        print(f"{row_filter}, loads: {len(loads)}; scan shows {found}, delete takes {gone}")
WON, BOTH = ["D2"], ["D2", "D3"]
assert list(seen.values()) == [(WON, WON), (WON, BOTH), (WON, WON), (WON, BOTH), (WON, WON), (WON, WON)]
PY
