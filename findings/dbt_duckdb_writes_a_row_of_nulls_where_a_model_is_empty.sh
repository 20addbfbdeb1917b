#!/usr/bin/env bash
# dbt-duckdb: the file of an external model without rows has one row, of nothing but nulls.
#
# Expected: a Parquet file with the columns and no row, as DuckDB's own COPY writes it; a CSV file of the
# header alone.
# Seen: dbt-duckdb 1.11.1 with dbt-core 1.11.16 and DuckDB 2.0.0. Where the query returns nothing, a row of
# nulls is put into the table before it is copied. In DuckDB nobody sees it, as the view over the file leaves
# it out: `ref()`, a dbt test and a look at the table find 0 rows; pandas, Polars or a BI tool find 1.
# Why it matters: a list of problems, of overdue deals or of open breaches is empty on the good days. A tile
# that counts rows then says 1, and a job that mails the list when it has rows mails every day.
# Source: issue 848 of duckdb/dbt-duckdb (September 2026) asks why; pull request 849, open then, is to end it
# for Parquet in one file.
# Instead: count a column that is never null, or let readers drop rows without a key.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0 polars==2.1.0
mkdir -p "$folder/p/models"
cd "$folder/p"
printf 'name: deals\nversion: "1.0.0"\nprofile: deals\n' >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
echo "select * from (values ('D1', 'Ana', 100.00)) as t (id, owner, amount)" >models/deals.sql
for format in parquet csv; do
    cat >"models/without_owner_$format.sql" <<SQL
{{ config(materialized='external', format='$format', location='without_owner.$format') }}
select * from {{ ref('deals') }} where owner is null
SQL
done
cat >models/tests.yml <<'YML'
models:
  - name: without_owner_parquet
    columns: [{name: id, data_tests: [not_null]}]
YML
"$folder/venv/bin/dbt" --version | head -3
"$folder/venv/bin/dbt" --no-use-colors build --profiles-dir . >out.txt 2>&1 || { cat out.txt; exit 1; }
grep "Done\." out.txt
"$folder/venv/bin/python" - <<'PY'
import duckdb
import polars as pl

with duckdb.connect("d.duckdb") as connection:
    by_ref = [
        connection.execute(f"select count(*) from without_owner_{format}").fetchone()[0]
        for format in ("parquet", "csv")
    ]
    connection.execute("copy (select * from deals where owner is null) to 'plain.parquet' (format parquet)")
parquet, csv = pl.read_parquet("without_owner.parquet"), pl.read_csv("without_owner.csv")
plain = pl.read_parquet("plain.parquet")
print("rows by ref():", by_ref, "by DuckDB's COPY:", plain.height)
print("rows of the files:", parquet.rows(), csv.rows())
assert by_ref == [0, 0] and plain.height == 0
assert parquet.rows() == csv.rows() == [(None, None, None)]
PY
