#!/usr/bin/env bash
# DuckDB's sum of integers is a HUGEINT, which COPY writes to Parquet as a double: digits are lost.
#
# Expected: a whole number stays one, or the copy is refused, as a value that does not fit would be.
# Seen: DuckDB 1.4.5 and 2.0.0. `sum(bigint)` is HUGEINT; the Parquet file has a DOUBLE, without a
# word, and 2^53 + 1 comes back as 2^53.
# Why it matters: counts that were summed by SQL become floating point for every reader of the file,
# and ids or large counts become other ones.
# Instead: cast to BIGINT before the copy, or to DECIMAL(38, 0) where the sum may be larger.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
for version in 1.4.5 2.0.0; do
    "$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==$version"
    "$folder/venv/bin/python" - "$folder/sums.parquet" <<'PYTHON'
import sys
import duckdb

path = sys.argv[1]
with duckdb.connect() as connection:
    connection.execute("create table sums as select sum(n) as total from (values (9007199254740992), (1)) as t (n)")
    ((before, kept),) = connection.execute("select typeof(total), total from sums").fetchall()
    connection.execute(f"copy sums to '{path}' (format parquet)")
    ((after, read),) = connection.execute(f"select typeof(total), total from '{path}'").fetchall()
print(duckdb.__version__, before, kept, "->", after, int(read))
sys.exit((before, after, int(read)) != ("HUGEINT", "DOUBLE", 9007199254740992))
PYTHON
done
