#!/usr/bin/env bash
# DuckDB: the median of 10 and 15 is 12.5 if they are integers or doubles, and 12 if they are decimals.
#
# Expected: the median of an even number of values lies between the two in the middle, whatever exact type
# they have; avg() of the same column is 12.5 in each.
# Seen: DuckDB 1.4.5, 1.5.6 and 2.0.0. median, quantile_cont and percentile_cont of a DECIMAL are a
# DECIMAL of the same scale, and what does not fit is cut, not rounded: of DECIMAL(18, 0) 12, of
# DECIMAL(18, 2) the median of 0.98 and 0.99 is 0.98. Quantiles are pulled down: three quarters of the
# way from 10 to 15 is 13.
# Why it matters: seats or days that a loader lands as DECIMAL(18, 0), as Salesforce declares a number
# without decimals, have a median of 12 days where another loader's BIGINT has 12.5; Spark 3.5 says 12.5
# of the decimals as well.
# Source: seen; issue 13655 of duckdb/duckdb, on what median does with each type, is labelled as expected.
# Instead: median(cast(x as double)), or a decimal with more digits.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
for version in 1.4.5 1.5.6 2.0.0; do
    "$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==$version"
    "$folder/venv/bin/python" - <<'PY'
import duckdb

found = {}
for kind in ("integer", "double", "decimal(18, 0)", "decimal(18, 1)"):
    found[kind] = tuple(
        float(value)
        for value in duckdb.execute(
            f"""select median(x), quantile_cont(x, 0.75),
                percentile_cont(0.5) within group (order by x), avg(x)
            from (select cast(days as {kind}) as x from (values (10), (15)) as t (days))"""
        ).fetchone()
    )
((money,),) = duckdb.execute(
    "select median(cast(x as decimal(18, 2))) from (values (0.98), (0.99)) as t (x)"
).fetchall()
print(f"duckdb {duckdb.__version__}: median, third quartile, percentile_cont, avg", found, money)
exact = (12.5, 13.75, 12.5, 12.5)
assert found["integer"] == found["double"] == exact
assert found["decimal(18, 0)"] == (12, 13, 12, 12.5)
assert found["decimal(18, 1)"] == (12.5, 13.7, 12.5, 12.5)
assert str(money) == "0.98"
PY
done
