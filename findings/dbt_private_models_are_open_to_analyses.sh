#!/usr/bin/env bash
# A model that is private to a group is refused to a data test of its own project, not to an analysis.
#
# Expected: `access: private` treats everything outside the group alike; or, as the model is of the
# same project, lets its own singular tests look at it.
# Seen: dbt-core 1.11.16. Parsing refuses a singular test that reads a private model (until the test
# itself is put into the group by a `data_tests` config), and accepts an analysis that does.
# Why it matters: declaring marts public and the rest private stops a project at its own invariants,
# while an analysis people copy from keeps reading what may change tomorrow.
# Instead: `data_tests: {<project>: {+group: <group>}}`, and a check of your own for analyses.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0
mkdir -p "$folder/p/models" "$folder/p/analyses" "$folder/p/tests"
cd "$folder/p"
printf 'name: deals\nversion: "1.0.0"\nprofile: deals\nmodels: {deals: {+group: core, +access: private}}\n' \
    >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
printf 'groups:\n  - name: core\n    owner: {name: revenue operations}\n' >models/groups.yml
echo "select 'D1' as deal" >models/int_deals.sql
echo "select * from {{ ref('int_deals') }}" >analyses/look.sql
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
"$dbt" --no-use-colors parse --profiles-dir . >analysis.txt 2>&1
echo "an analysis of the private model: accepted"
echo "select * from {{ ref('int_deals') }} where false" >tests/no_deals.sql
if "$dbt" --no-use-colors parse --profiles-dir . >test.txt 2>&1; then
    echo "a singular test of the private model: accepted" && exit 1
fi
grep -q "is private to the 'core' group" test.txt
echo "a singular test of the private model: refused"
printf 'data_tests: {deals: {+group: core}}\n' >>dbt_project.yml
"$dbt" --no-use-colors parse --profiles-dir . >grouped.txt 2>&1
echo "the same test within the group: accepted"
