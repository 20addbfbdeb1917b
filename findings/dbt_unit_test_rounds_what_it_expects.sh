#!/usr/bin/env bash
# A dbt unit test that expects a win rate of 0.4222 passes over a model that returns 0.42.
#
# Expected: the values written down are what is compared; a model that rounds, or cuts the hour off a time,
# fails a test that expects more than it returns.
# Seen: dbt-core 1.11.16 with dbt-duckdb 1.11.1. Every expected value is first cast to the type that the
# model's column has: 0.4222 to DECIMAL(5, 2), 42.22 and 41.5 to INTEGER, 2025-01-31 15:00 to DATE. Tests
# with such values are green; only what rounds to another value, such as 0.43, is red.
# Why it matters: a test is written to pin the digits of a rate or the hour of a close; one careless cast in
# the model later, and it goes on passing, since it forgets the same digits as the model.
# Source: dbt's page on data types of unit tests says that values are cast to the type inferred from the
# model; issue 9884 of dbt-labs/dbt-core (open): precision cannot be tested.
# Instead: expect a query (`format: sql`), which is compared as it stands but must give every column; and
# pin the types by a contract.
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
cat >models/teams.sql <<'SQL'
select 'A' as team, 19 as won, 45 as closed, timestamp '2025-01-31 15:00' as last_win
SQL
cat >models/rates.sql <<'SQL'
select
    team,
    cast(won / closed as decimal(5, 2)) as win_rate,
    cast(100 * won / closed as integer) as win_percent,
    cast(last_win as date) as last_win
from {{ ref('teams') }}
SQL
cat >models/tests.yml <<'YML'
unit_tests:
  - name: more_digits
    model: rates
    given: &given
      - input: ref('teams')
        rows: [{team: A, won: 19, closed: 45, last_win: 2025-01-31 15:00}]
    expect:
      rows: [{team: A, win_rate: 0.4222, win_percent: 42.22, last_win: 2025-01-31 15:00}]
  - name: other_digits
    model: rates
    given: *given
    expect:
      rows: [{team: A, win_rate: 0.4151, win_percent: 41.5}]
  - name: another_rate
    model: rates
    given: *given
    expect:
      rows: [{team: A, win_rate: 0.43}]
  - name: as_a_query
    model: rates
    given: *given
    expect:
      format: sql
      rows: >
        select 'A' as team, 0.4222 as win_rate, 42 as win_percent, date '2025-01-31' as last_win
YML
dbt="$folder/venv/bin/dbt"
"$dbt" --version | head -3
"$dbt" --no-use-colors run --profiles-dir . >run.txt 2>&1 || { cat run.txt; exit 1; }
"$folder/venv/bin/python" - <<'PY'
import duckdb

((rate, percent, day),) = duckdb.connect("d.duckdb").sql("select * exclude (team) from rates").fetchall()
print("the model returns", rate, percent, day)
assert (str(rate), percent, str(day)) == ("0.42", 42, "2025-01-31")
PY
"$dbt" --no-use-colors test --profiles-dir . >out.txt 2>&1 || true
grep -E "PASS rates::|FAIL 1 rates::|0.4222|Done\." out.txt
grep -q "PASS rates::more_digits " out.txt
grep -q "PASS rates::other_digits " out.txt
grep -q "FAIL 1 rates::another_rate " out.txt
grep -q "FAIL 1 rates::as_a_query " out.txt
