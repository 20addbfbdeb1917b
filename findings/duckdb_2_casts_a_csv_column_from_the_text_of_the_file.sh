#!/usr/bin/env bash
# DuckDB 2: cast(close_date as varchar) over a CSV file is 3/31/2025 in one query and 2025-03-31 in the next.
#
# Expected: close_date is a DATE, so says `describe`; as text it is 2025-03-31, as 1.5.6 says, and a `where`,
# a `limit` or the column itself beside it changes no value.
# Seen: DuckDB 2.0.0 and 2.0.1. A cast that is all a query wants of a column is pushed into the CSV reader,
# which casts what is written in the file and leaves out the type the column has: of a DATE 3/31/2025, of a
# DECIMAL(18, 2) that is written 9.999 the double 9.999 and not 10.0. A `where` on any column, a `limit` or
# the column itself beside its cast stops that. A view over the file shows one text to `select *` and
# another to `where`; a table made of it keeps the first.
# Why it matters: months cut from that text are 3/31/20, a join with the days of a calendar finds nothing,
# and a look at the view with a filter shows that all is well. No word of it when 1.5 becomes 2.0.
# Source: pull request 22788 of duckdb/duckdb pushes casts into file readers; of try_cast, which there ends
# in an error instead of null, pull request 24167. Of values nothing found.
# Instead: read the file as text (`all_varchar = true`) and cast once, from what was trimmed; or copy it
# into a table first; or `set disabled_optimizers = 'type_pushdown'`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cd "$folder"
printf 'deal,close_date,amount\nD1,3/31/2025,9.999\nD2,4/15/2025,20\n' >deals.csv
for version in 1.5.6 2.0.0 2.0.1; do
    venv/bin/pip install -q --disable-pip-version-check "duckdb==$version"
    venv/bin/python - <<'PY'
import duckdb

ISO, WRITTEN = ["2025-03-31", "2025-04-15"], ["3/31/2025", "4/15/2025"]


def look(connection):
    def values(query):
        return sorted(row[0] for row in connection.execute(query).fetchall())

    connection.execute(
        "create view stg_deals as select deal, cast(close_date as varchar) as closed from 'deals.csv'"
    )
    types = "types = {'amount': 'decimal(18, 2)'}"
    return {
        "type": connection.execute("select typeof(close_date) from 'deals.csv'").fetchone()[0],
        "all": values("select closed from stg_deals"),
        "where": values("select closed from stg_deals where deal is not null"),
        "month": values("select left(closed, 7) from stg_deals"),
        "in the calendar": connection.execute(
            f"select count(*) from stg_deals join (select unnest({ISO}) as day) on closed = day"
        ).fetchone()[0],
        "amount": values(f"select cast(amount as double) from read_csv('deals.csv', {types})"),
        "amount, where": values(
            f"select cast(amount as double) from read_csv('deals.csv', {types}) where deal is not null"
        ),
    }


found = look(duckdb.connect())
print("duckdb", duckdb.__version__, found)
sound = {
    "type": "DATE",
    "all": ISO,
    "where": ISO,
    "month": ["2025-03", "2025-04"],
    "in the calendar": 2,
    "amount": [10.0, 20.0],
    "amount, where": [10.0, 20.0],
}
if duckdb.__version__.startswith("1."):
    assert found == sound
else:
    assert found == sound | {
        "all": WRITTEN,
        "month": ["3/31/20", "4/15/20"],
        "in the calendar": 0,
        "amount": [9.999, 20.0],
    }
    assert look(duckdb.connect(config={"disabled_optimizers": "type_pushdown"})) == sound
    print("without type_pushdown as 1.5.6")
PY
done
