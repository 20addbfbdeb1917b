#!/usr/bin/env bash
# A model that reads `graph` is compiled to other SQL in its unit test than in its build.
#
# Expected: macros that look at `graph` (contracts of sources, meta of nodes) see the same project
# when a model is unit-tested as when it is built: `execute` is true in both.
# Seen: dbt-core 1.11.16 with dbt-duckdb 1.11.1. In a build `graph.sources` holds the sources; in
# the unit test of the same model `execute` is true as well, but `graph` has no `sources`, so that
# the branch that reads them is silently not taken.
# Why it matters: a raw contract kept in the meta of sources (names, formats, ranges of a CRM's
# columns) is a common design; unit tests then prove SQL that no build ever runs.
# Instead: guard with `graph.sources is defined`, keep what is tested out of that branch, and test
# the branch by building from real files.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0
mkdir -p "$folder/p/models"
cd "$folder/p"
printf 'name: deals\nversion: "1.0.0"\nprofile: deals\n' >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
echo "select 'D1' as deal" >models/raw.sql
cat >models/deals.sql <<'SQL'
select
    deal,
    {{ "'yes'" if execute else "'no'" }} as executes,
    {{ "'yes'" if graph.sources is defined else "'no'" }} as sees_sources
from {{ ref('raw') }}
SQL
cat >models/tests.yml <<'YML'
sources:
  - name: crm
    tables: [{name: opportunity}]
unit_tests:
  - name: what_a_unit_test_sees
    model: deals
    given:
      - input: ref('raw')
        rows: [{deal: D1}]
    expect:
      rows: [{deal: D1, executes: "yes", sees_sources: "no"}]
YML
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
"$dbt" --no-use-colors build --profiles-dir . >out.txt 2>&1 || { cat out.txt; exit 1; }
grep -E "PASS deals::what_a_unit_test_sees" out.txt
"$folder/venv/bin/python" - <<'PY'
import duckdb

(row,) = duckdb.connect("d.duckdb").sql("select executes, sees_sources from deals").fetchall()
print("in the build: execute", row[0], "graph.sources", row[1])
assert row == ("yes", "yes")
PY
