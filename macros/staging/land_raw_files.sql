{#-
    Makes the raw files readable where an engine cannot read a file by its path: dispatched, run once
    before every build. DuckDB reads them as they lie and needs nothing.

    On Spark each file becomes a table without data of its own in the schema raw_<source>, and
    as_of.csv the table raw.as_of. Whatever the schemas held before is dropped: a file that is gone
    must not be read. Every column of a CSV file is text, as on DuckDB.
-#}
{% macro land_raw_files() -%}
    {%- do adapter.dispatch('land_raw_files', 'sales_metrics')() -%}
{%- endmacro %}

{% macro default__land_raw_files() -%}
{%- endmacro %}

{% macro spark__land_raw_files() -%}
    {%- set source_names = ['as_of'] -%}
    {%- for contract in graph.sources.values() if contract.package_name == 'sales_metrics' -%}
        {%- do source_names.append(contract.source_name) -%}
    {%- endfor -%}
    {%- set landed = {} -%}
    {%- for source_name in source_names | unique -%}
        {%- set schema = landing_schema(source_name) -%}
        {%- do run_query('create schema if not exists ' ~ schema) -%}
        {%- for name in table_names(none, schema) -%}
            {%- do run_query('drop table if exists ' ~ schema ~ '.`' ~ name ~ '`') -%}
        {%- endfor -%}
        {%- do landed.update({source_name: schema}) -%}
    {%- endfor -%}
    {%- for file in files_of_raw_folder() -%}
        {%- set table = file.table | lower -%}
        {%- set schema = landed['as_of'] if (file.folder, table) == ('', 'as_of')
            else landed.get(file.folder) -%}
        {#- Sorted by path, Parquet comes last and wins over a CSV file of the same name. -#}
        {%- if schema -%}
            {%- if file.format == 'csv' -%}{%- do check_header_is_first(file) -%}{%- endif -%}
            {%- do run_query('drop table if exists ' ~ schema ~ '.`' ~ table ~ '`') -%}
            {%- do run_query(
                'create table ' ~ schema ~ '.`' ~ table ~ '` using ' ~ file.format
                ~ " options (path '" ~ sql_text(file.path) ~ "'" ~ (
                    spark_csv_options() if file.format == 'csv' else ''
                ) ~ ')'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    As DuckDB reads them (csv_files.sql). FAILFAST stops at a row with other cells than the header;
    read by lines, Spark cannot tell which.
-#}
{% macro spark_csv_options() -%}
    {%- set options = {
        'header': 'true', 'sep': ',', 'quote': '"', 'escape': '"', 'multiLine': 'true',
        'mode': 'FAILFAST', 'encoding': 'UTF-8', 'nullValue': '', 'emptyValue': '',
        'inferSchema': 'false', 'ignoreLeadingWhiteSpace': 'false',
        'ignoreTrailingWhiteSpace': 'false', 'columnPruning': 'false',
    } -%}
    {%- set found = [] -%}
    {%- for name, value in options.items() -%}
        {%- do found.append(', ' ~ name ~ " '" ~ value ~ "'") -%}
    {%- endfor -%}
    {{ return(found | join) }}
{%- endmacro %}

{#- Spark reads a header in the first line and nowhere else. -#}
{% macro check_header_is_first(file) -%}
    {%- set lines = [] -%}
    {%- for row in run_query('select value from text.`' ~ file.path ~ '` limit 20') -%}
        {%- do lines.append((row[0] or '').lstrip('\ufeff')) -%}
    {%- endfor -%}
    {%- set contracts = [] -%}
    {%- for contract in graph.sources.values() if contract.package_name == 'sales_metrics'
        and contract.source_name == file.folder and file.table | lower in table_spellings(contract) -%}
        {%- do contracts.append(contract) -%}
    {%- endfor -%}
    {%- if csv_header(lines, contracts | first | default(none)).lines_before > 0 -%}
        {%- do exceptions.raise_compiler_error(
            file.path ~ " does not begin with its header; take out the lines before it."
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The schema a source's files are landed in; as_of.csv has one of its own. -#}
{% macro landing_schema(source_name) -%}
    {{ return('raw' if source_name == 'as_of' else 'raw_' ~ source_name) }}
{%- endmacro %}

{#- Every file of the raw folder by path: {path, folder: '' at the top, table, format}. -#}
{% macro files_of_raw_folder() -%}
    {#- Of a binary file only the path is read, so listing costs no reading. -#}
    {%- do run_query(
        "create or replace temporary view raw_folder_files using binaryFile options (path '"
        ~ sql_text(raw_folder()) ~ "', recursiveFileLookup 'true', pathGlobFilter "
        ~ "'*.{csv,CSV,parquet,PARQUET}')"
    ) -%}
    {%- set top = raw_folder().split('/')[-1] -%}
    {%- set found = [] -%}
    {%- for row in run_query('select path from raw_folder_files order by path') -%}
        {%- set parts = row[0].split('/') -%}
        {%- set name = parts[-1].rsplit('.', 1) -%}
        {%- set file = {'path': row[0], 'table': name[0], 'format': name[1] | lower} -%}
        {%- if parts[-2] == top -%}
            {%- do found.append(dict(file, folder='')) -%}
        {%- elif parts[-3] == top or top in ('.', '..') -%}
            {%- do found.append(dict(file, folder=parts[-2])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
