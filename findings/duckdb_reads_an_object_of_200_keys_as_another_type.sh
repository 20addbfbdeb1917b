#!/usr/bin/env bash
# DuckDB: read_json makes a STRUCT of an object with 199 keys and a MAP of texts of one with 200.
#
# Expected: a model over the JSON lines of a CRM goes on as it was when somebody adds a property; the type
# of one property does not depend on how many others there are.
# Seen: DuckDB 1.4.5, 1.5.6 and 2.0.0. With the 200th key `properties` becomes MAP(VARCHAR, VARCHAR), and
# `properties.closedate`, a timestamp before, a text; the dot goes on working. `closedate <= '2025-01-31'`
# no longer finds the deal closed at midnight of that day, since texts are compared; a misspelt property,
# refused before, is null in every row. No word of any of it.
# Why it matters: objects of HubSpot get a property with every field and integration that is added; on the
# day of the 200th the last day of each month falls out of it.
# Source: documented as `map_inference_threshold` (200) of read_json.
# Instead: `map_inference_threshold = -1`, which turns it off; or name the types in `columns`, or read the
# object as JSON.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
for version in 1.4.5 1.5.6 2.0.0; do
    "$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==$version"
    "$folder/venv/bin/python" - "$folder" <<'PY'
import json
import sys

import duckdb


def read(keys, options=""):
    path = f"{sys.argv[1]}/deals_{keys}.jsonl"
    with open(path, "w", encoding="utf-8") as lines:
        for deal, closed in (("D1", "2025-01-15T00:00:00Z"), ("D2", "2025-01-31T00:00:00Z")):
            properties = {"dealname": deal, "dealstage": "closedwon", "closedate": closed}
            properties |= {f"custom_{n}": "yes" for n in range(keys - len(properties))}
            lines.write(json.dumps({"id": deal, "properties": properties}) + "\n")
    deals = f"read_json('{path}'{options})"
    ((kind, january),) = duckdb.execute(
        f"""select split_part(any_value(typeof(properties)), '(', 1),
            count(*) filter (where properties.closedate <= '2025-01-31') from {deals}"""
    ).fetchall()
    try:
        misspelt = duckdb.execute(f"select properties.closdate from {deals}").fetchall()
    except duckdb.Error:
        misspelt = "refused"
    return kind, january, misspelt


found = {keys: read(keys) for keys in (199, 200)}
told = read(200, ", map_inference_threshold = -1")
print("duckdb", duckdb.__version__, found, "threshold -1:", told)
assert found == {199: ("STRUCT", 2, "refused"), 200: ("MAP", 1, [(None,), (None,)])}
assert told == found[199]
PY
done
