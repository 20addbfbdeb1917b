#!/usr/bin/env bash
# Rows of `given` may leave columns out; rows of `expect` may not leave out different ones.
#
# Expected: in a dbt unit test a row names the columns that matter to it, as rows of `given` do,
# where what is left out is null.
# Seen: dbt-core 1.11.16 with dbt-duckdb 1.11.1. Rows of `given` with different columns pass; as
# soon as two rows of `expect` name different columns, the test ends with an error about the number
# of columns of a set operation and advice to check data types, whatever the model returns.
# Why it matters: tests of a deal's life want to say different things of different events.
# Instead: name the same columns in every expected row, null included.
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
echo "select 'D1' as deal, 5 as amount, cast(null as varchar) as reason" >models/raw.sql
echo "select deal, amount, reason from {{ ref('raw') }}" >models/deals.sql
cat >models/tests.yml <<'YML'
unit_tests:
  - name: same_columns
    model: deals
    given: &given
      - input: ref('raw')
        rows: [{deal: D1, amount: 5}, {deal: D2, reason: price}]
    expect:
      rows: [{deal: D1, amount: 5, reason: null}, {deal: D2, amount: null, reason: price}]
  - name: different_columns
    model: deals
    given: *given
    expect:
      rows: [{deal: D1, amount: 5}, {deal: D2, amount: null, reason: price}]
YML
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
"$dbt" --no-use-colors run --profiles-dir . >run.txt 2>&1
"$dbt" --no-use-colors test --profiles-dir . >out.txt 2>&1 || true
grep -E "PASS deals::same_columns|ERROR deals::different_columns|result columns|Done\." out.txt
grep -q "PASS deals::same_columns" out.txt
grep -q "ERROR deals::different_columns" out.txt
grep -q "same number of result columns" out.txt
