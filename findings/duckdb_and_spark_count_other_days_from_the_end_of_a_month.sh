#!/usr/bin/env bash
# A list of month ends from 31 January on: DuckDB and pandas go on with 28 March, Spark with 31 March.
#
# Expected: the third day of `range(date '2025-01-31', …, interval 1 month)` is 31 January plus two months,
# which is 31 March in both engines.
# Seen: DuckDB 2.0.0, pandas 2.3.3, Polars 2.1.0, Spark 3.5.9. DuckDB's range and generate_series add each
# step to the day before, so that February's 28 stays; pandas' date_range does the same with
# DateOffset(months=1). Spark's sequence and Polars' date_range count every step from the first day. Adding
# two months to 31 January is 31 March in all four.
# Why it matters: as days for "won until the end of the month" they lack 29 to 31 March, when many deals
# close; instalments from a 31st fall due on another day. One SQL with both functions behind a macro gives
# two histories, and January and February, which are looked at first, agree.
# Source: issue 8284 of duckdb/duckdb (closed): DuckDB does as PostgreSQL does; Databricks' page on sequence
# has no such case.
# Instead: list the first days of months and take the last day of each; or count n and add n months.
# Spark needs Java 17; where there is none, only the others are looked at.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() {
    "$folder/venv/bin/pip" install -q --disable-pip-version-check "$@"
}
pip duckdb==2.0.0 pandas==2.3.3 polars==2.1.0
java=no
if java -version >/dev/null 2>&1; then
    java=yes
    pip pyspark==3.5.9 setuptools
fi
cd "$folder"
venv/bin/python - "$java" 2>log <<'PY' || { cat log; exit 1; }
import sys
from datetime import date

import duckdb
import pandas as pd
import polars as pl

FIRST, LAST = date(2025, 1, 31), date(2025, 4, 30)
DEALS = [(date(2025, 1, 20), 100), (date(2025, 3, 31), 900)]
TWO_LATER = "select date '2025-01-31' + interval 2 months"


def shown(name, days):
    days = [str(day)[:10] for day in days]
    won = [sum(amount for closed, amount in DEALS if str(closed) <= day) for day in days]
    print(name, days, "won until then:", won)
    return days, won


steps = duckdb.sql(
    "select unnest(generate_series(date '2025-01-31', date '2025-04-30', interval 1 month))"
).fetchall()
drifting = [
    shown(f"duckdb {duckdb.__version__}", [day for (day,) in steps]),
    shown(f"pandas {pd.__version__}", pd.date_range(FIRST, LAST, freq=pd.DateOffset(months=1))),
]
steady = [shown(f"polars {pl.__version__}", pl.date_range(FIRST, LAST, "1mo", eager=True))]
later = [
    duckdb.sql(TWO_LATER).fetchall()[0][0].date(),
    (pd.Timestamp(FIRST) + pd.DateOffset(months=2)).date(),
    pl.select(pl.lit(FIRST).dt.offset_by("2mo")).item(),
]
if sys.argv[1] == "yes":
    import pyspark
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC"}
    spark = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    (days,) = spark.sql("select sequence(date '2025-01-31', date '2025-04-30', interval 1 month)").first()
    later.append(spark.sql(TWO_LATER).first()[0])
    spark.stop()
    steady.append(shown(f"spark {pyspark.__version__}", days))
else:
    print("no Java: Spark was not asked")
for days, won in drifting:
    assert days == ["2025-01-31", "2025-02-28", "2025-03-28", "2025-04-28"] and won == [100, 100, 100, 1000]
for days, won in steady:
    assert days == ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"] and won == [100, 100, 1000, 1000]
assert set(later) == {date(2025, 3, 31)}
PY
