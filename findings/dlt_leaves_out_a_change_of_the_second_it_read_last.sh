#!/usr/bin/env bash
# dlt, incremental with a primary key: a row that changes again in the second that was read last is never
# loaded.
#
# Expected: the cursor's last value is read again at the next run (its range is closed), so what has
# changed at that instant since is merged; what is the same is left out.
# Seen: dlt 1.31.0 with DuckDB 1.5.5. A deal of 1000, modified at 10:00:00, is loaded; within that second it
# is set to 2000, and every later run reads it again, finds the key among those it has seen at that value
# and drops it. The table keeps 1000, also when runs bring other rows of that second. The resource without a
# primary key gets the change, as rows are then told apart by what is in them.
# Why it matters: CRMs stamp a save by the second, and automations save twice within one (a stage, then
# the amount). Runs that end between the two are rare and leave a wrong amount until the next edit.
# Source: the docstring of dlt.sources.incremental: the resource's primary key is the one to deduplicate
# by, an empty tuple turns that off.
# Instead: `dlt.sources.incremental("updated_at", primary_key=())`; the merge by key does the rest.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export RUNTIME__DLTHUB_TELEMETRY=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "dlt[duckdb]==1.31.0" duckdb==1.5.5
cd "$folder"
venv/bin/python - <<'PY'
import dlt
import duckdb

SECOND = "2025-03-01T10:00:00Z"
RUNS = [
    [{"id": "D1", "amount": 1000, "updated_at": SECOND}],
    [{"id": "D1", "amount": 2000, "updated_at": SECOND}],
    [{"id": "D1", "amount": 2000, "updated_at": SECOND}, {"id": "D2", "amount": 50, "updated_at": SECOND}],
]


def loaded(name, key, **cursor):
    pipeline = dlt.pipeline(
        name,
        destination=dlt.destinations.duckdb("deals.duckdb"),
        dataset_name=name,
        pipelines_dir="pipelines",
    )
    for rows in RUNS:

        @dlt.resource(name="deals", primary_key=key, write_disposition="merge" if key else "append")
        def deals(since=dlt.sources.incremental("updated_at", **cursor)):
            yield [dict(row) for row in rows]

        pipeline.run(deals())
    with duckdb.connect("deals.duckdb") as connection:
        return connection.execute(f"select id, amount from {name}.deals order by all").fetchall()


print("dlt", dlt.__version__)
by_key = loaded("by_key", "id")
by_content = loaded("by_content", None)
told = loaded("told", "id", primary_key=())
print("merge by key:", by_key)
print("append without a key:", by_content)
print("merge by key, incremental(primary_key=()):", told)
assert by_key == [("D1", 1000), ("D2", 50)]
assert by_content == [("D1", 1000), ("D1", 2000), ("D2", 50)]
assert told == [("D1", 2000), ("D2", 50)]
PY
