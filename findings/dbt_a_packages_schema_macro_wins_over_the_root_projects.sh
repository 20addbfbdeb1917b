#!/usr/bin/env bash
# A package's generate_schema_name names the schemas of its own models, whatever the root project says.
#
# Expected: the root project overrides, as with every other macro that dbt dispatches, so that one
# rule names all schemas of a warehouse.
# Seen: dbt-core 1.11.16. With a generate_schema_name in both, the package's models land by the
# package's, the root project's own models by the root project's.
# Why it matters: a package whose macro drops the target's schema puts its tables into the same schema
# for every developer and for production.
# Instead: in the package, call `context[project_name].generate_schema_name` where there is one, else
# `dbt.default__generate_schema_name`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0
dbt="$folder/venv/bin/dbt"
mkdir -p "$folder/inner/models" "$folder/inner/macros" "$folder/outer/models" "$folder/outer/macros"
macro() {
    echo "{% macro generate_schema_name(custom_schema_name, node) %}$1{% endmacro %}"
}
cd "$folder/inner"
printf 'name: inner\nversion: "1.0.0"\n' >dbt_project.yml
echo "select 'D1' as deal" >models/inner_deals.sql
macro by_the_package >macros/schema.sql
cd "$folder/outer"
printf 'name: outer\nversion: "1.0.0"\nprofile: deals\n' >dbt_project.yml
printf 'deals: {target: d, outputs: {d: {type: duckdb, path: d.duckdb}}}\n' >profiles.yml
printf 'packages:\n  - local: ../inner\n' >packages.yml
echo "select 'D1' as deal" >models/outer_deals.sql
macro by_the_root_project >macros/schema.sql
"$dbt" --version | head -3
"$dbt" -q deps --profiles-dir .
"$dbt" --no-use-colors run --profiles-dir . >run.txt 2>&1
grep -o "by_the_root_project[.]outer_deals" run.txt | sort -u
grep -o "by_the_package[.]inner_deals" run.txt | sort -u
