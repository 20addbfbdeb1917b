#!/usr/bin/env bash
# dbt snapshot, strategy check: a deal set from 100 to 99.95 gets a new version in every run, each of 100.
#
# Expected: one new version, of 99.95; or an error, as the snapshot's column, made when all amounts were
# whole numbers, cannot hold it.
# Seen: dbt-core 1.11.16 with dbt-duckdb 1.11.1 and DuckDB 2.0.0. The source's column has become a double,
# the snapshot's stays an integer, and the insert rounds. What was stored never equals the source again, so
# every run closes the version and writes the same again. The strategy `timestamp` makes one version, of 100
# for good. All runs are green, with no warning.
# Why it matters: loaders that guess types give whole numbers until the first cents. From then on the history
# lacks the cents, and counts of changes of an amount grow by one a night for deals nobody touches.
# Source: dbt's page on schema changes of snapshots: new columns are added, types are not changed; issue 759
# of databricks/dbt-databricks has the endless versions for integers that had become too large.
# Instead: snapshot a model that casts its columns, amounts to decimal(18, 2); a table that has it already
# needs `alter table … alter amount type …`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0
mkdir -p "$folder/p/models" "$folder/p/snapshots"
cd "$folder/p"
printf 'name: deals\nversion: "1.0.0"\nprofile: deals\n' >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
printf 'sources: [{name: crm, schema: main, tables: [{name: deal}]}]\n' >models/crm.yml
cat >models/typed.sql <<'SQL'
select id, cast(amount as decimal(18, 2)) as amount, updated_at from {{ source('crm', 'deal') }}
SQL
cat >snapshots/deals.yml <<'YML'
snapshots:
  - name: by_check
    relation: source('crm', 'deal')
    config: {unique_key: id, strategy: check, check_cols: [amount]}
  - name: by_timestamp
    relation: source('crm', 'deal')
    config: {unique_key: id, strategy: timestamp, updated_at: updated_at}
  - name: of_types
    relation: ref('typed')
    config: {unique_key: id, strategy: check, check_cols: [amount]}
YML
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
load() {
    "$folder/venv/bin/python" -c "import duckdb; duckdb.connect('d.duckdb').execute(\"\"\"
        create or replace table deal as select 'D1' as id, $1 as amount, timestamp '$2' as updated_at\"\"\")"
    "$dbt" --no-use-colors build --profiles-dir . >>out.txt 2>&1 || { cat out.txt; exit 1; }
}
load "100" "2025-01-15 09:00"
for _ in 1 2 3; do
    load "cast(99.95 as double)" "2025-01-16 09:00"
done
[ "$(grep -c "Done. PASS=4 WARN=0 ERROR=0" out.txt)" = 4 ] && echo "four runs of dbt build: green"
"$folder/venv/bin/python" - <<'PY'
import duckdb

with duckdb.connect("d.duckdb") as connection:
    found = {
        name: [
            str(amount)
            for (amount,) in connection.execute(f"select amount from {name} order by dbt_valid_from").fetchall()
        ]
        for name in ("by_check", "by_timestamp", "of_types")
    }
for name, amounts in found.items():
    print(name, amounts)
assert found == {
    "by_check": ["100"] * 4,
    "by_timestamp": ["100"] * 2,
    "of_types": ["100.00", "99.95"],
}
PY
