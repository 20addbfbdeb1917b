{#-
    Where a raw table lies and what columns it has.

    raw_table(contract)         none when there is no such table, else
                                {from: SQL of the relation, place: for people, columns: see below,
                                path: of a CSV file, is_text: true for one, lines_before_header}
    raw_table_found(contract)   the same; what is wrong with the file is its `problem`, a sentence
    raw_relations(source_name)  every relation of a source, by lower-case name
    raw_files(folder)           dispatched: every Parquet or CSV file of a folder, likewise
-#}
{% macro raw_table(contract) -%}
    {%- set table = raw_table_found(contract) -%}
    {%- if not table and contract.meta.required and source_in_use(contract.source_name) -%}
        {%- do exceptions.raise_compiler_error(missing_table_told(contract)) -%}
    {%- elif table and table.problem -%}
        {%- do exceptions.raise_compiler_error(table.problem) -%}
    {%- endif -%}
    {{ return(table) }}
{%- endmacro %}

{% macro raw_table_found(contract) -%}
    {%- set present = raw_relations(contract.source_name) -%}
    {%- set spelled = spelled_in(present, table_spellings(contract)) -%}
    {%- if not spelled -%}{{ return(none) }}{%- endif -%}
    {%- set table = present[spelled] -%}
    {%- if 'columns' not in table -%}
        {%- do table.update(
            {'problem': empty_file_told(table.place), 'columns': {}}
            if table.is_file and is_empty_file(table.place)
            else csv_table(table.path, contract) if table.path
            else {'columns': raw_columns(table)}
        ) -%}
    {%- endif -%}
    {{ return(table) }}
{%- endmacro %}

{% macro raw_relations(source_name) -%}
    {%- set schema = var('raw_schemas', {}).get(source_name) -%}
    {%- set place = raw_place(source_name) -%}
    {%- set known = raw_memory() -%}
    {%- if place not in known -%}
        {%- do known.update({
            place: raw_schema_relations(schema) if schema
                else adapter.dispatch('raw_files', 'sales_metrics')(place)
        }) -%}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}

{#- The folder or schema of a source, as people would name it. -#}
{% macro raw_place(source_name) -%}
    {{ return(var('raw_schemas', {}).get(source_name, raw_folder() ~ '/' ~ source_name)) }}
{%- endmacro %}

{#- schema: a schema, or a database and a schema with a dot between. -#}
{% macro raw_schema_relations(schema) -%}
    {%- set parts = schema.split('.') -%}
    {%- set database = parts[0] if parts | length > 1 else target.get('database') -%}
    {%- set found = {} -%}
    {%- for name in table_names(database, parts[-1]) -%}
        {%- set relation = api.Relation.create(
            database=database, schema=parts[-1], identifier=name
        ) -%}
        {%- do found.update({name | lower: {
            'from': relation | string, 'place': relation | string, 'relation': relation,
        }}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro default__raw_files(folder) -%}
    {%- do exceptions.raise_compiler_error(
        "Target " ~ target.type ~ " cannot read the files of '" ~ folder
        ~ "'; load them into a schema and name it in the var raw_schemas."
    ) -%}
{%- endmacro %}

{#- The tables that land_raw_files made of them. -#}
{% macro spark__raw_files(folder) -%}
    {{ return(raw_schema_relations(landing_schema(folder.split('/')[-1]))) }}
{%- endmacro %}

{#- How a CSV file is read depends on its header, and that on the contract: see raw_table. -#}
{% macro duckdb__raw_files(folder) -%}
    {%- set found = {} -%}
    {%- set query = "select file from glob('" ~ glob_text(folder) ~ "/*') order by file" -%}
    {%- for row in run_query(query) -%}
        {%- set path = row[0] -%}
        {%- set parts = modules.re.match('^(.+)[.](parquet|csv)$', path.split('/')[-1] | lower) -%}
        {#- Sorted by path, Parquet comes last and wins over a CSV file of the same name. -#}
        {%- if parts and parts.group(2) == 'csv' -%}
            {%- do found.update({parts.group(1): {
                'place': path, 'path': path, 'is_text': true, 'is_file': true,
            }}) -%}
        {%- elif parts -%}
            {%- do found.update({parts.group(1): {
                'from': "read_parquet('" ~ glob_text(path) ~ "')", 'place': path, 'is_text': false,
                'is_file': true,
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The physical columns by lower-case name: {sql: quoted name, type: lower-case physical type}. -#}
{% macro raw_columns(table) -%}
    {%- set found = {} -%}
    {%- if table.relation -%}
        {%- for column in adapter.get_columns_in_relation(table.relation) -%}
            {%- do found.update({column.name | lower: {
                'sql': adapter.quote(column.name), 'type': column.data_type | lower,
            }}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for row in run_query('describe select * from ' ~ table.from) -%}
            {%- do found.update({row[0] | lower: {
                'sql': adapter.quote(row[0]), 'type': row[1] | lower,
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
