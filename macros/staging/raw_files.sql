{#- The files of a folder as raw tables: see raw_table. -#}
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
