#!/usr/bin/env bash
# dlt: an amount with cents, after loads of whole amounts, is not in the column `amount`.
#
# Expected: a column that was inferred as BIGINT is widened to DOUBLE when 9000.5 comes, or the load
# fails, or warns.
# Seen: dlt 1.31.0 with DuckDB 1.5.5. The load succeeds without a word; `amount` is null in the new
# row, and the value stands in a second column, `amount__v_double`. sum(amount) goes on without it.
# Why it matters: whether an organisation's amounts had cents on the day of the first load decides
# whether its pipeline is counted; the deal looks like one without an amount.
# Instead: give the column its type before the first load (`columns={"amount": {"data_type":
# "double"}}`), or read every `<column>__v_<type>` as the same column.
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


def load(rows, **hints):
    pipeline = dlt.pipeline(
        hints.pop("name"),
        destination=dlt.destinations.duckdb("deals.duckdb"),
        dataset_name=hints.pop("schema"),
        pipelines_dir="pipelines",
    )
    pipeline.run(rows, table_name="deals", write_disposition="append", **hints)


FIRST, LATER = [{"id": "D1", "amount": 12000}], [{"id": "D2", "amount": 9000.5}]
for rows in (FIRST, LATER):
    load(rows, name="plain", schema="plain")
    load(rows, name="told", schema="told", columns={"amount": {"data_type": "double"}})
with duckdb.connect("deals.duckdb") as connection:
    seen = connection.sql("select id, amount, amount__v_double from plain.deals order by id").fetchall()
    summed = connection.sql("select sum(amount) from plain.deals").fetchall()
    told = connection.sql("select sum(amount) from told.deals").fetchall()
print("inferred:", seen, "sum(amount):", summed[0][0])
print("told to be a double: sum(amount):", told[0][0])
assert seen == [("D1", 12000, None), ("D2", None, 9000.5)]
assert (summed, told) == ([(12000,)], [(21000.5,)])
PY
