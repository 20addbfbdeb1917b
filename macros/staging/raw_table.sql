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

{#-
    How a CSV file is read depends on its header, and that on the contract: see raw_parts. A folder
    below, whatever its depth, is one table in several files, as loaders write to a bucket.
-#}
{% macro duckdb__raw_files(folder) -%}
    {%- set by_table = {} -%}
    {%- for level in ['/*', '/*/*', '/*/*/**'] -%}
        {%- set query = "select file from glob('" ~ glob_text(folder) ~ level ~ "') order by file" -%}
        {%- for row in run_query(query) -%}
            {%- set parts = row[0][(folder | length) + 1:].split('/') -%}
            {%- set format = raw_file_format(parts[-1]) -%}
            {%- if format and not modules.re.search('(^|/)[._]', parts | join('/')) -%}
                {%- set stem = raw_file_stem(parts[0]) if parts | length == 1 else parts[0] | lower -%}
                {%- set files = by_table.setdefault(
                    stem, {'single': [], 'pieces': []}
                )['single' if parts | length == 1 else 'pieces'] -%}
                {%- if [format, row[0]] not in files -%}{%- do files.append([format, row[0]]) -%}{%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = {} -%}
    {%- for name, files in by_table.items() -%}
        {#- Sorted by path, Parquet comes last and wins over a CSV file of the same name. -#}
        {%- if files.single -%}
            {%- do found.update({name: raw_file_table([files.single[-1]])}) -%}
        {%- else -%}
            {%- set pieces = [] -%}
            {%- for format in ['parquet', 'json'] -%}
                {%- set alike = files.pieces | selectattr(0, 'equalto', format) | list -%}
                {%- if alike -%}{%- do pieces.append(raw_file_table(alike)) -%}{%- endif -%}
            {%- endfor -%}
            {%- for file in files.pieces if file[0] == 'csv' -%}
                {%- do pieces.append(raw_file_table([file])) -%}
            {%- endfor -%}
            {%- do found.update({name: {'place': folder ~ '/' ~ name, 'pieces': pieces}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- csv, json or parquet; none for a file that is no table. -#}
{% macro raw_file_format(name) -%}
    {%- for format, pattern in {
        'csv': '[.]csv([.]gz)?$', 'json': '[.](jsonl|ndjson|json)([.](gz|zst))?$',
        'parquet': '[.]parquet$',
    }.items() if modules.re.search('^.+' ~ pattern, name | lower) -%}
        {{ return(format) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- The name of a table's file without what tells its format, lower case. -#}
{% macro raw_file_stem(name) -%}
    {{ return(modules.re.sub(
        '[.](csv|jsonl|ndjson|json|parquet)([.](gz|zst))?$', '', name | lower
    )) }}
{%- endmacro %}

{#- files: [[format, path]] of one format; several only of those that tell their columns themselves. -#}
{% macro raw_file_table(files) -%}
    {%- set format = files[0][0] -%}
    {%- set path = files[0][1] -%}
    {%- if format == 'csv' -%}
        {{ return({'place': path, 'path': path, 'is_text': true, 'is_file': true}) }}
    {%- endif -%}
    {%- set paths = [] -%}
    {%- for file in files -%}{%- do paths.append("'" ~ glob_text(file[1]) ~ "'") -%}{%- endfor -%}
    {%- set place = path if files | length == 1 else path.rsplit('/', 1)[0] -%}
    {%- if format == 'parquet' -%}
        {{ return({
            'from': 'read_parquet(' ~ (
                paths[0] if paths | length == 1
                else '[' ~ paths | join(', ') ~ '], union_by_name = true'
            ) ~ ')',
            'place': place, 'is_text': false, 'is_file': paths | length == 1,
        }) }}
    {%- endif -%}
    {{ return({
        'objects': 'read_json_objects([' ~ paths | join(', ') ~ '])', 'place': place,
        'is_text': true, 'is_file': paths | length == 1,
    }) }}
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
