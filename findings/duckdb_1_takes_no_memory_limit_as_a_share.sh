#!/usr/bin/env bash
# A memory limit in percent, which one dbt profile gives to whichever DuckDB is installed.
#
# Expected: DuckDB's documentation gives the default of memory_limit as 80 % of the machine's memory,
# so that '80%' may be set, too; a profile with it builds on every DuckDB that dbt-duckdb takes.
# Seen: DuckDB 1.4.5 and 1.5.6 refuse SET memory_limit = '80%' (Parser Error: Unknown unit for memory:
# '%'); 2.0.0 takes it. With dbt-duckdb 1.11.1, which allows both, the profile's `settings` then end dbt
# before its first model.
# Instead: write an amount such as 16GiB in a profile that must serve both.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
for version in 1.4.5 1.5.6 2.0.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install -q --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - <<'PY'
import duckdb

try:
    duckdb.connect().execute("set memory_limit = '80%'")
    said = "taken"
except duckdb.Error as error:
    said = str(error)
print(f"duckdb {duckdb.__version__}: {said}")
if duckdb.__version__.startswith("1."):
    assert "Unknown unit for memory: '%'" in said
else:
    assert said == "taken"
PY
done
