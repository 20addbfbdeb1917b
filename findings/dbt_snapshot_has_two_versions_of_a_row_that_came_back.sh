#!/usr/bin/env bash
# A row that is missing in one snapshot and back in the next has two versions for the same time.
#
# Expected: with `hard_deletes: invalidate` the version ends when the row is gone and another begins when
# it is back: at any instant a row has at most one version, which is what as-of joins rest on.
# Seen: dbt-core 1.11.16 with dbt-duckdb 1.11.1, strategy `timestamp`. A deletion is stamped by the clock of
# the snapshot, a return by the row's own updated_at, which is older: the second version begins where the
# first began, under the same dbt_scd_id, and the deal counts twice on every day until the deletion. With
# `hard_deletes: new_record` the version that says "deleted" ends before it begins besides. All runs are
# green. The strategy `check`, which goes by the clock alone, leaves a gap and nothing twice.
# Why it matters: a loader that misses a page one night is enough; the deals of that page then count twice
# in the pipeline of every past day, for good.
# Source: dbt-adapters' macros: `snapshot_timestamp_strategy` takes dbt_valid_from and dbt_scd_id from
# updated_at, `snapshot_staging_table` ends a missing row by `snapshot_get_time()`.
# Instead: the strategy `check`; or a test that (id, dbt_valid_from) is unique, and as-of joins that keep
# one version per row.
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
cat >snapshots/deals.yml <<'YML'
snapshots:
  - name: by_timestamp
    relation: source('crm', 'deal')
    config: {unique_key: id, strategy: timestamp, updated_at: updated_at, hard_deletes: invalidate}
  - name: by_new_record
    relation: source('crm', 'deal')
    config: {unique_key: id, strategy: timestamp, updated_at: updated_at, hard_deletes: new_record}
  - name: by_check
    relation: source('crm', 'deal')
    config: {unique_key: id, strategy: check, check_cols: all, hard_deletes: invalidate}
YML
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
load() {
    "$folder/venv/bin/python" -c "import duckdb; duckdb.connect('d.duckdb').execute(\"\"\"
        create or replace table deal as
        select * from (values ('D1', 100), ('D2', 50)) as t (id, amount),
            (select timestamp '2025-01-15 09:00' as updated_at) where id in ($1)\"\"\")"
    "$dbt" --no-use-colors snapshot --profiles-dir . >>out.txt 2>&1 || { cat out.txt; exit 1; }
}
load "'D1', 'D2'"
load "'D2'"
load "'D1', 'D2'"
[ "$(grep -c "Done. PASS=3 WARN=0 ERROR=0" out.txt)" = 3 ] && echo "three runs of dbt snapshot: green"
"$folder/venv/bin/python" - <<'PY'
import duckdb

with duckdb.connect("d.duckdb") as connection:
    found = {}
    for name in ("by_timestamp", "by_new_record", "by_check"):
        found[name] = connection.execute(
            f"""select
                coalesce(sum(amount) filter (where dbt_valid_from <= timestamp '2025-06-30'
                    and (dbt_valid_to > timestamp '2025-06-30' or dbt_valid_to is null)), 0),
                count(*) - count(distinct dbt_scd_id),
                count(*) filter (where dbt_valid_to < dbt_valid_from)
            from {name}"""
        ).fetchone()
        amount, doubled, backwards = found[name]
        print(f"{name}: amount of 30 June {amount}, ids twice {doubled}, ends before it begins {backwards}")
assert found == {"by_timestamp": (250, 1, 0), "by_new_record": (250, 1, 1), "by_check": (0, 0, 0)}
PY
