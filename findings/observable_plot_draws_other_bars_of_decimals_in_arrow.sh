#!/usr/bin/env bash
# Observable Plot on an Arrow table: of amounts that are decimals, the first bar is 100 times too high and the
# next three are 0.
#
# Expected: bars of 1234.56, 10, 20, 30 and 40, as it draws of the same table with doubles; or an
# error, if decimals are not read.
# Seen: @observablehq/plot 0.6.17 with apache-arrow 21.2.0, on a file that PyArrow 26.0.1 wrote. Arrow's
# toArray() of DECIMAL(18, 2) gives the four 32-bit words of each value one after the other, and Plot takes
# each word for a row's value: 123456, 0, 0, 0, 1000. The fifth deal has the amount of the second. Row by row
# each amount is its own, but in cents (Number, text, JSON), as the scale stays in the column's type.
# No error, no warning.
# Why it matters: money is a decimal in the warehouse and comes to a page in the browser as Arrow, from DuckDB
# or PyArrow. A chart of one large and some small deals looks like this anyway.
# Source: issues 77 and 100 of apache/arrow-js (both open) on decimals; pull request 2115 of observablehq/plot
# has columns read by toArray().
# Instead: cast decimals to double in the query that fills the page.
# Needs Node and npm.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
npm install --silent --no-audit --no-fund apache-arrow@21.2.0 @observablehq/plot@0.6.17
venv/bin/python - <<'PY'
from decimal import Decimal

import pyarrow as pa
from pyarrow import ipc

decimals = [Decimal(amount) for amount in ("1234.56", "10.00", "20.00", "30.00", "40.00")]
amounts = pa.array(decimals, pa.decimal128(18, 2))
table = pa.table({"id": ["D1", "D2", "D3", "D4", "D5"], "amount": amounts, "as_double": amounts.cast(pa.float64())})
with ipc.new_file("deals.arrow", table.schema) as file:
    file.write(table)
print("pyarrow", pa.__version__, table.schema.field("amount").type, [str(amount) for amount in decimals])
PY
cat >read.mjs <<'JS'
import assert from "node:assert";
import {readFileSync} from "node:fs";
import * as Plot from "@observablehq/plot";
import {tableFromIPC} from "apache-arrow";

const table = tableFromIPC(readFileSync("deals.arrow"));
// What the mark does with its data: the height of the bar of each row.
function bars(column) {
    const {facets, channels} = Plot.barY(table, {x: "id", y: column}).initialize();
    return Array.from(facets[0], (row) => Number(channels.y2.value[row]));
}
const [byPlot, asDouble] = [bars("amount"), bars("as_double")];
const byRow = table.toArray().map((row) => Number(row.amount));
const text = String(table.get(0).amount);
console.log("plot:", byPlot, "as doubles:", asDouble);
console.log("row by row:", byRow, "as text:", text, "scale:", table.getChild("amount").type.scale);
assert.deepStrictEqual([byPlot, asDouble], [[123456, 0, 0, 0, 1000], [1234.56, 10, 20, 30, 40]]);
assert.deepStrictEqual([byRow, text], [[123456, 1000, 2000, 3000, 4000], "123456"]);
JS
node read.mjs
