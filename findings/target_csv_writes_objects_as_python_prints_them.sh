#!/usr/bin/env bash
# target-csv of Meltano: objects and lists of a stream are no JSON in the file.
#
# Expected: `{"value": 12000.5}` for a property of HubSpot, whose taps send every property as an object;
# JSON is what the tap sent.
# Seen: meltanolabs-target-csv 0.5.0. The cell is what Python prints: `{'value': Decimal('12000.5'),
# 'timestamp': None}`, quotes that follow what is inside them, and the name of a Python class. Exit code
# 0, no warning; there is no setting for it.
# Why it matters: a JSON reader makes null of every such cell, that is of every amount, stage and owner.
# Swapping the quotes is not enough: numbers are calls.
# Instead: a target that knows nested types (Parquet, a database), or in the reader: unwrap Decimal('…'),
# take quotes at the edges of values for JSON's, None, True and False for null, true and false.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check meltanolabs-target-csv==0.5.0
cd "$folder"
echo '{"output_path": "."}' >target.json
cat >lines <<'JSON'
{"type": "SCHEMA", "stream": "deals", "key_properties": ["id"], "schema": {"type": "object", "properties": {"id": {"type": "string"}, "property_amount": {"type": ["null", "object"], "properties": {"value": {"type": ["null", "number"]}}}}}}
{"type": "RECORD", "stream": "deals", "record": {"id": "D1", "property_amount": {"value": 12000.5}}}
JSON
venv/bin/target-csv --config target.json <lines 2>log
cat deals*.csv
python3 - <<'PY'
import csv
import glob
import json

(row,) = csv.DictReader(open(glob.glob("deals*.csv")[0], encoding="utf-8"))
assert row["property_amount"] == "{'value': Decimal('12000.5')}"
try:
    json.loads(row["property_amount"])
except json.JSONDecodeError:
    print("no JSON")
else:
    raise SystemExit("it is JSON now")
PY
