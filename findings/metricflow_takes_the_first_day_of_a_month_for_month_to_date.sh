#!/usr/bin/env bash
# MetricFlow: won in the month to date, asked for by month, is what was won on the first day with a deal.
#
# Expected: by month, month to date is the whole month, or as far as it has come: 500 in January. What has
# been won since the beginning, by month, is how it stands at the end of each.
# Seen: dbt-metricflow 0.15.0 with dbt-core 1.11.16 and dbt-duckdb 1.11.1. A cumulative metric is computed by
# day, and of the days of a coarser period the first that has a value is taken: January 100 of 500, March 300
# of 1000; since the beginning, January stands at 100 and February at January's end. The last 30 days likewise.
# By day all are right. Nothing is said of it.
# Why it matters: month to date is asked for by month in most reports. The numbers look like small months, the
# total since the beginning lags one period, and in a month with one day of deals they are right.
# Source: documented as `period_agg`, which is `first` unless told otherwise; in pull request 1284 of
# dbt-labs/metricflow the reviewer wonders whether the last would not be more sensible.
# Instead: `period_agg: last` in every cumulative metric.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-metricflow==0.15.0 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0
mkdir -p "$folder/p/models"
cd "$folder/p"
export DBT_PROFILES_DIR="$PWD"
printf 'name: deals\nversion: "1.0.0"\nprofile: deals\n' >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
cat >models/deals.sql <<'SQL'
select * from (values
    ('D1', date '2025-01-02', 100), ('D2', date '2025-01-20', 400), ('D3', date '2025-02-10', 50),
    ('D4', date '2025-03-05', 300), ('D5', date '2025-03-31', 700)) as t (id, closed_on, amount)
SQL
cat >models/days.sql <<'SQL'
select cast(day as date) as day
from range(date '2025-01-01', date '2025-04-01', interval 1 day) as t (day)
SQL
cat >models/metrics.yml <<'YML'
models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
semantic_models:
  - name: deals
    model: ref('deals')
    defaults: {agg_time_dimension: closed_on}
    entities: [{name: deal, type: primary, expr: id}]
    dimensions: [{name: closed_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: amount, agg: sum}]
metrics:
  - {name: won, label: won, type: simple, type_params: {measure: amount}}
  - name: month_to_date
    label: month to date
    type: cumulative
    type_params: {measure: amount, cumulative_type_params: {grain_to_date: month}}
  - name: since_the_beginning
    label: since the beginning
    type: cumulative
    type_params: {measure: amount}
  - name: last_30_days
    label: last 30 days
    type: cumulative
    type_params: {measure: amount, cumulative_type_params: {window: 30 days}}
  - name: to_date_last
    label: month to date, last
    type: cumulative
    type_params: {measure: amount, cumulative_type_params: {grain_to_date: month, period_agg: last}}
YML
"$folder/venv/bin/mf" --version
"$folder/venv/bin/dbt" --no-use-colors build >out.txt 2>&1 || { cat out.txt; exit 1; }
for grain in month day; do
    "$folder/venv/bin/mf" query --metrics won,month_to_date,since_the_beginning,last_30_days,to_date_last \
        --group-by "metric_time__$grain" --order "metric_time__$grain" --csv "$grain.csv" >>out.txt 2>&1 ||
        { cat out.txt; exit 1; }
done
cat month.csv
"$folder/venv/bin/python" - <<'PY'
import csv


def read(grain):
    with open(f"{grain}.csv", encoding="utf-8") as file:
        return {row.pop(f"metric_time__{grain}")[:10]: row for row in csv.DictReader(file)}


months, days = read("month"), read("day")


def column(name):
    return [int(float(row[name])) for row in months.values()]


assert list(months) == ["2025-01-01", "2025-02-01", "2025-03-01"]
assert column("won") == column("to_date_last") == [500, 50, 1000]
assert column("month_to_date") == [100, 50, 300]
assert column("since_the_beginning") == [100, 500, 550]
print("last 30 days", column("last_30_days"), "month to date on 31 March", days["2025-03-31"]["month_to_date"])
assert column("last_30_days") == [100, 400, 50]
assert int(float(days["2025-03-31"]["month_to_date"])) == 1000
PY
