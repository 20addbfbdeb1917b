#!/usr/bin/env bash
# Polars: the quotient of two decimals has no more digits than they have; a win rate becomes 0 or 1.
#
# Expected: 19 won of 45 closed is 0.4222, as DuckDB says of the same file, whatever exact type the
# counts were kept in.
# Seen: polars 2.1.0. Decimal / Decimal is a decimal of the larger scale of the two, rounded: of
# decimal(38, 0) 19 / 45 is 0 and 26 / 45 is 1; of money, decimal(18, 2), attainment 7000.00 / 9000.00
# is 0.78 and not 0.7778, so that a forecast of 1,000,000 by it is 2,222 off. A decimal divided by a
# whole number likewise.
# Why it matters: sums that a warehouse keeps as DECIMAL(38, 0), and amounts as DECIMAL(18, 2), come
# from its Parquet files as decimals; rates of them are wrong without a word, and look plausible.
# Source: issue 19784 of pola-rs/polars argues for a scale that stays; nothing at the operator says so.
# Instead: `pl.col("won").cast(pl.Float64) / pl.col("closed")`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check polars==2.1.0 duckdb==2.0.0
"$folder/venv/bin/python" - "$folder/teams.parquet" <<'PY'
import sys

import duckdb
import polars as pl

path = sys.argv[1]
duckdb.execute(
    f"""copy (
        select team, cast(won as decimal(38, 0)) as won, cast(closed as decimal(38, 0)) as closed,
            cast(amount as decimal(18, 2)) as amount, cast(quota as decimal(18, 2)) as quota
        from (values ('A', 19, 45, 7000, 9000), ('B', 26, 45, 6960, 9000))
            as t (team, won, closed, amount, quota)
    ) to '{path}' (format parquet)"""
)
won, attained = pl.col("won") / pl.col("closed"), pl.col("amount") / pl.col("quota")
teams = pl.read_parquet(path).sort("team")
rates = teams.select(won=won, attained=attained)
by_polars = [tuple(map(float, row)) for row in rates.rows()]
by_duckdb = duckdb.sql(
    f"select round(won / closed, 4), round(amount / quota, 4) from '{path}' order by team"
).fetchall()
as_floats = teams.cast({pl.Decimal: pl.Float64}).select(won=won.round(4), attained=attained.round(4)).rows()
print("polars", pl.__version__, rates.schema, by_polars)
print("duckdb", duckdb.__version__, by_duckdb)
print("polars, cast to Float64 first", as_floats)
assert by_polars == [(0.0, 0.78), (1.0, 0.77)]
assert by_duckdb == as_floats == [(0.4222, 0.7778), (0.5778, 0.7733)]
PY
