#!/usr/bin/env bash
# target-duckdb: when a stream's column becomes a number instead of an integer, what was loaded before
# is no longer in it.
#
# Expected: the column is widened, or the load fails: integers are numbers in JSON schema.
# Seen: target-duckdb 0.8.0 with DuckDB 2.0.1. The target renames `amount` to `amount_<day>_<time>` and
# adds an empty `amount`: every earlier row has null there. The exit code is 0; a line of its log says
# "Versioning column".
# Why it matters: a tap may infer types anew at each run, and an incremental one never sends the earlier
# rows again: all deals but the latest lose their amounts, and stay in the table.
# Instead: pin the type in the tap's catalog, and after such a line load the stream from its start; or
# coalesce the columns, whose old names can only be known from the table.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check target-duckdb==0.8.0 duckdb==2.0.1
cd "$folder"
echo '{"filepath": "deals.duckdb", "default_target_schema": "raw"}' >target.json
schema='{"type": "SCHEMA", "stream": "deals", "key_properties": ["id"], "schema": {"properties": '
schema+='{"id": {"type": "string"}, "amount": {"type": ["null", "%s"]}}}}\n'
record='{"type": "RECORD", "stream": "deals", "record": {"id": "%s", "amount": %s}}\n'
load() {
    # shellcheck disable=SC2059
    printf "$schema$record" "$@" | venv/bin/target-duckdb --config target.json 2>>log
}
load integer D1 12000
load number D2 9000.5
grep -o "Versioning column.*" log
venv/bin/python - <<'PY'
import duckdb

with duckdb.connect("deals.duckdb") as connection:
    seen = connection.sql("select id, amount from raw.deals order by id").fetchall()
    names = [row[0] for row in connection.sql("describe raw.deals").fetchall()]
print(seen, names)
assert seen == [("D1", None), ("D2", 9000.5)]
assert any(name.startswith("amount_2") for name in names)
PY
