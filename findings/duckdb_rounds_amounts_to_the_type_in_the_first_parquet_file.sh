#!/usr/bin/env bash
# DuckDB: read over one Parquet file a month, 99.50 is 100 if January had amounts without cents.
#
# Expected: over files with whole numbers and with cents the column is a double or a wide enough decimal, as
# it is over the same rows in CSV files; or they are refused, as Polars and PyArrow do.
# Seen: DuckDB 1.4.5, 1.5.6 and 2.0.0. The first file by name gives the types, BIGINT; all other files are
# cast to them and rounded. Four deals of 461.95 are 462, the two of February 112 instead of 111.95, and
# `amount > 99.6` finds the deal of 99.50. With the February file named first, all is right. Decimals
# that pandas writes, as wide as the month's digits need, go the same way. No error, no warning.
# Why it matters: pandas writes a month of whole amounts as integers; which month comes first decides on the
# cents of all others, and a new, older file changes the revenue of months long closed.
# Source: DuckDB's page on combining schemas: the first file gives the schema, which works if all have the
# same; in issue 8146 of duckdb/duckdb a decimal too large for the first file's is an error.
# Instead: `read_parquet(…, union_by_name = true)`, or write every month with one declared schema.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pandas==2.3.3 pyarrow==26.0.1 polars==2.1.0
cd "$folder"
for version in 1.4.5 1.5.6 2.0.0; do
    venv/bin/pip install -q --disable-pip-version-check "duckdb==$version"
    venv/bin/python - <<'PY'
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds

MONTHS = {"2025-01": (["D1", "D2"], ["100", "250"]), "2025-02": (["D3", "D4"], ["99.50", "12.45"])}
for month, (ids, amounts) in MONTHS.items():
    numbers = pd.to_numeric(pd.Series(amounts))
    pd.DataFrame({"id": ids, "amount": numbers}).to_parquet(f"numbers-{month}.parquet")
    pd.DataFrame({"id": ids, "amount": numbers}).to_csv(f"numbers-{month}.csv", index=False)
    decimals = [Decimal(amount) for amount in amounts]
    pd.DataFrame({"id": ids, "amount": decimals}).to_parquet(f"decimals-{month}.parquet")


def total(files, where="true"):
    ((kind, amount),) = duckdb.execute(
        f"select any_value(typeof(amount)), sum(amount) from {files} where {where}"
    ).fetchall()
    return kind, float(amount)


def refused(read):
    try:
        return read()
    except Exception as error:
        return type(error).__name__


found = {
    "numbers": total("read_parquet('numbers-*.parquet')"),
    "February's": total("read_parquet('numbers-*.parquet')", "id in ('D3', 'D4')"),
    "D3 if above 99.60": total("read_parquet('numbers-*.parquet')", "id = 'D3' and amount > 99.6"),
    "decimals": total("read_parquet('decimals-*.parquet')"),
}
right = {
    "February first": total("read_parquet(['numbers-2025-02.parquet', 'numbers-2025-01.parquet'])"),
    "CSV": total("read_csv('numbers-*.csv')"),
    "union_by_name": total("read_parquet('numbers-*.parquet', union_by_name = true)"),
    "decimals, union_by_name": total("read_parquet('decimals-*.parquet', union_by_name = true)"),
}
others = {
    "polars": refused(lambda: len(pl.scan_parquet("numbers-*.parquet").collect())),
    "pyarrow": refused(lambda: ds.dataset(sorted(f"numbers-{m}.parquet" for m in MONTHS)).to_table().num_rows),
}
print("duckdb", duckdb.__version__, found, right, "refused by", others)
assert found == {
    "numbers": ("BIGINT", 462),
    "February's": ("BIGINT", 112),
    "D3 if above 99.60": ("BIGINT", 100),
    "decimals": ("DECIMAL(3,0)", 462),
}
assert {amount for _, amount in right.values()} == {461.95}
assert others == {"polars": "SchemaError", "pyarrow": "ArrowInvalid"}
PY
done
