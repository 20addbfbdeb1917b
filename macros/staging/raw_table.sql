{#-
    Where a raw table lies and what columns it has.

    raw_table(contract)         none when there is no such table, else
                                {from: SQL of the relation, place: for people, columns: see below,
                                path: of a CSV file, is_text: true for one, lines_before_header}
    raw_table_found(contract)   the same; what is wrong with the file is its `problem`, a sentence
    raw_relations(source_name)  every relation of a source, by lower-case name
    raw_files(folder)           dispatched: every file of a folder that holds a table, likewise; a
                                folder of files has `pieces`, one per format or CSV file
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
    {%- set known = raw_memory() -%}
    {%- set place = 'table ' ~ contract.unique_id -%}
    {%- if place not in known -%}
        {%- set parts = raw_parts(contract) -%}
        {%- set wrong = parts | selectattr('problem', 'defined') | selectattr('problem') | list -%}
        {%- do known.update({
            place: none if not parts
                else wrong[0] if wrong
                else parts[0] if parts | length == 1
                else unioned_parts(contract, parts)
        }) -%}
    {%- endif -%}
    {{ return(known[place]) }}
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
