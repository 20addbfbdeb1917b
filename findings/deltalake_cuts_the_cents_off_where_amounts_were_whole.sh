#!/usr/bin/env bash
# deltalake: 99.95 appended to a column of whole numbers is stored as 99.
#
# Expected: an error, as its documentation says of a schema that differs from the table's, and as the library
# has of a decimal with other digits or of a text that is no number; with schema_mode="merge" a wider column.
# Seen: deltalake 1.6.6. Doubles are cast to the table's integers, cut and not rounded, by append, by append
# with schema_mode="merge", by a merge and by Polars' write_delta. No error, no warning. Texts that look like
# numbers go in too.
# Why it matters: pandas and Polars take a first load of whole amounts for integers. Every later load loses
# its cents, always downwards: 0.95 of a deal, and half a dollar of an average one.
# Source: delta-rs' page on writing says ValueError; issue 3917 of delta-io/delta-rs reports that there is
# none, issue 2464 that types are not widened.
# Instead: create the table with a declared schema, amounts as decimal(18, 2); compare the schemas before a
# write.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1 polars==2.1.0
cd "$folder"
venv/bin/python - <<'PY'
from decimal import Decimal

import deltalake
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake


def rows(deal, amount):
    return pa.table({"id": [deal], "amount": [amount]})


def merge(path, data):
    table = DeltaTable(path).merge(data, "t.id = s.id", source_alias="s", target_alias="t")
    table.when_matched_update_all().when_not_matched_insert_all().execute()


WAYS = {
    "append": lambda path, data: write_deltalake(path, data, mode="append"),
    "schema_mode": lambda path, data: write_deltalake(path, data, mode="append", schema_mode="merge"),
    "merge": merge,
    "polars": lambda path, data: pl.from_arrow(data).write_delta(path, mode="append"),
}


def stored(way, before, after):
    path = f"table-{len(seen)}"
    seen.append(way)
    write_deltalake(path, rows("D1", before))
    try:
        WAYS[way](path, rows("D2", after))
    except Exception as error:
        return type(error).__name__
    return {row["id"]: row["amount"] for row in DeltaTable(path).to_pyarrow_table().to_pylist()}


seen = []
found = {way: stored(way, 100, 99.95) for way in WAYS}
others = {
    "text of digits": stored("append", 100, "99"),
    "text of cents": stored("append", 100, "99.95"),
    "decimal with more digits": stored("append", Decimal("100.00"), Decimal("99.9500")),
    "double first": stored("append", 100.0, 99.95),
}
print("deltalake", deltalake.__version__, found, others)
assert found == {way: {"D1": 100, "D2": 99} for way in WAYS}
assert others["text of digits"] == {"D1": 100, "D2": 99}
assert isinstance(others["text of cents"], str)
assert others["decimal with more digits"] == "SchemaMismatchError"
assert others["double first"] == {"D1": 100.0, "D2": 99.95}
PY
