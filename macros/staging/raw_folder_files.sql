{#-
    Every file of the raw folder, and what is read of it: a file that nobody reads is said, never
    passed over in silence.

    raw_files_judged()     one entry per file: {file, source_name, table_name, check_id, read_instead,
                           told}; check_id is none for a file that is read, told its sentence otherwise
        unread_file        it seems to be a table of the contract, but is not read
        second_file        another file, read_instead, is read as the same table
        extra_file         nothing in the contract is like it, or left_out_tables names it
    raw_columns_doubled()  columns of the raw tables that a column of the contract could also be
                           read from: [{column, told}]
-#}
{% macro raw_files_judged() -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set known = raw_memory() -%}
    {%- if 'raw_files_judged' not in known -%}
        {%- set files = raw_folder_files() -%}
        {%- set contracts = contracts_by_source() -%}
        {%- set read = files_read(files, contracts) -%}
        {%- set judged = [] -%}
        {%- for file in files -%}
            {%- do judged.append(judged_file(file, contracts, read)) -%}
        {%- endfor -%}
        {%- for source_name in var('raw_schemas', {}) -%}
            {%- do judged.extend(tables_of_schema_judged(source_name, contracts)) -%}
        {%- endfor -%}
        {%- do known.update({'raw_files_judged': judged}) -%}
    {%- endif -%}
    {{ return(known['raw_files_judged']) }}
{%- endmacro %}

{#-
    [{file: path below the raw folder, folder, name, is_folder}]. A folder where a file is expected
    is one entry, whatever lies in it; what begins with a dot or an underscore is no export.
-#}
{% macro raw_folder_files() -%}
    {%- set found = {} -%}
    {%- for path in adapter.dispatch('paths_of_raw_folder', 'sales_metrics')() -%}
        {%- set parts = path.split('/') -%}
        {%- set file = path if parts | length < 3 else parts[:2] | join('/') ~ '/' -%}
        {%- if not modules.re.search('(^|/)[._]', path) -%}
            {%- do found.update({file: {
                'file': file,
                'folder': parts[0] if parts | length > 1 else '',
                'name': parts[1] if parts | length > 1 else parts[0],
                'is_folder': parts | length > 2,
                'holds_tables': found.get(file, {}).get('holds_tables', false)
                    or (parts | length > 2 and raw_file_format(parts[-1]) is not none),
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | sort(attribute='file') | list) }}
{%- endmacro %}

{% macro default__paths_of_raw_folder() -%}
    {{ return([]) }}
{%- endmacro %}

{% macro duckdb__paths_of_raw_folder() -%}
    {%- set found = [] -%}
    {#- By level, because a search of all levels at once would not follow a link to a folder. -#}
    {%- for level in ['/*', '/*/*', '/*/*/**'] -%}
        {%- set place = glob_text(raw_folder()) ~ level -%}
        {%- for row in run_query("select file from glob('" ~ place ~ "')") -%}
            {%- do found.append(row[0][(raw_folder() | length) + 1:]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Of a binary file only the path is read, so listing costs no reading. -#}
{% macro spark__paths_of_raw_folder() -%}
    {%- do run_query(
        "create or replace temporary view raw_folder_listing using binaryFile options (path '"
        ~ sql_text(raw_folder()) ~ "', recursiveFileLookup 'true')"
    ) -%}
    {#- Spark gives whole addresses; what they share with the folder ends where it does. -#}
    {%- set top = '/' ~ raw_folder().lstrip('./') ~ '/' -%}
    {%- set found = [] -%}
    {%- for row in run_query('select path from raw_folder_listing') -%}
        {%- do found.append(row[0].rsplit(top, 1)[-1] if top in row[0] else row[0]) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- {source.table: the file that is read as it}. -#}
{% macro files_read(files, contracts) -%}
    {%- set read = {} -%}
    {%- for source_name, tables in contracts.items()
        if source_name not in var('raw_schemas', {}) -%}
        {%- set by_stem = {} -%}
        {#- Sorted by path, Parquet comes last and wins over a CSV file of the same name. -#}
        {%- for is_folder in [true, false] -%}
            {%- for file in files if file.folder == source_name and is_raw_table_file(file)
                and file.is_folder == is_folder -%}
                {%- do by_stem.update({
                    file.name | lower if is_folder else raw_file_stem(file.name): file.file
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for table_name, contract in tables.items() -%}
            {%- set spelled = raw_table_names(contract, by_stem) -%}
            {%- for name in spelled -%}
                {%- do read.update({
                    source_name ~ '.' ~ table_name ~ ('' if loop.first else '.' ~ name): by_stem[name]
                }) -%}
                {#- Lists of the table, where its loader made tables of them. -#}
                {%- for below in by_stem if below.startswith(name ~ '__') -%}
                    {%- do read.update({source_name ~ '.' ~ below: by_stem[below]}) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(read) }}
{%- endmacro %}
