#!/usr/bin/env bash
# One CSV file, two readers, two dates, no word of it.
#
# Expected: dates such as 03/04/2025, which may be either, stay text, or both readers agree.
# Seen: DuckDB 2.0.0 makes 3 April of it (day first) and types the column DATE; pandas 2.3.3
# (to_datetime) makes 4 March of it. Neither warns. A US export of close dates read by DuckDB moves
# every deal closed before the 13th of a month into another month; from the 13th on the file's
# reading depends on which rows happen to be in it.
# Instead: read such columns as text and say the format, once per source.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check duckdb==2.0.0 pandas==2.3.3
printf 'deal,close_date\nD1,03/04/2025\nD2,05/06/2025\n' >"$folder/deals.csv"
"$folder/venv/bin/python" - "$folder/deals.csv" <<'PY'
import sys

import duckdb
import pandas as pd

path = sys.argv[1]
by_duckdb = duckdb.sql(f"select close_date from read_csv('{path}') order by deal")
kind, dates = str(by_duckdb.types[0]), [str(row[0]) for row in by_duckdb.fetchall()]
by_pandas = [str(one.date()) for one in pd.to_datetime(pd.read_csv(path)["close_date"])]
print(f"duckdb {duckdb.__version__}: {kind} {dates}")
print(f"pandas {pd.__version__}: {by_pandas}")
assert (kind, dates) == ("DATE", ["2025-04-03", "2025-06-05"])
assert by_pandas == ["2025-03-04", "2025-05-06"]
PY
