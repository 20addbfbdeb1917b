{#-
    Every file of the raw folder, and what is read of it: a file that nobody reads is said, never
    passed over in silence.

    raw_files_judged()     one entry per file: {file, source_name, table_name, check_id, read_instead,
                           told}; check_id is none for a file that is read, told its sentence otherwise
        unread_file        it seems to be a table of the contract, but is not read
        second_file        another file, read_instead, is read as the same table
        extra_file         nothing in the contract is like it
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
    The tables of a schema that nobody reads, likewise; one below a table of the contract holds a list
    of it, and what begins with an underscore is the loader's own.
-#}
{% macro tables_of_schema_judged(source_name, contracts) -%}
    {%- set present = raw_relations(source_name) -%}
    {%- set read = [] -%}
    {%- for contract in contracts[source_name].values() -%}
        {%- do read.extend(raw_table_names(contract, present)) -%}
    {%- endfor -%}
    {%- set judged = [] -%}
    {%- for name in present if not name.startswith('_') and name not in read
        and name.split('__')[0] not in read -%}
        {%- set like = table_like(name, contracts[source_name]) -%}
        {%- set place = var('raw_schemas')[source_name] ~ '.' ~ name -%}
        {%- set left_out = like in var('left_out_tables', {}).get(source_name, []) -%}
        {%- do judged.append({
            'file': place,
            'source_name': source_name,
            'table_name': like,
            'check_id': 'unread_file' if like and not left_out else 'extra_file',
            'read_instead': none,
            'told': 'The table ' ~ place ~ ' is not read' ~ (
                ', because the var left_out_tables names it.' if left_out
                else ', because no table is called so; is it ' ~ like ~ '?' if like
                else ': it is no table of the contract.'
            ),
        }) -%}
    {%- endfor -%}
    {{ return(judged) }}
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

{#- A second column of a CSV file with the same name comes as name_1 from DuckDB. -#}
{% macro raw_columns_doubled() -%}
    {%- set found = [] -%}
    {%- for tables in contracts_by_source().values() if execute -%}
        {%- for contract in tables.values() -%}
            {%- set table = raw_table_found(contract) -%}
            {%- set is_read = table and not table.problem and not raw_fields_missing(contract, table) -%}
            {%- set fields = raw_fields(contract, table) | selectattr('physical') | list
                if is_read else [] -%}
            {%- set used = [] -%}
            {%- for field in fields -%}{%- do used.append(field.physical.sql) -%}{%- endfor -%}
            {%- for field in fields -%}
                {%- set spellings = column_spellings(contract, contract.columns[field.name]) -%}
                {%- for name, physical in table.columns.items() if physical.sql not in used
                    and (name in spellings or modules.re.sub('_1$', '', name) in spellings) -%}
                    {%- do found.append({
                        'column': contract.source_name ~ '.' ~ contract.name ~ '.' ~ name,
                        'told': contract.source_name ~ '.' ~ contract.name ~ '.' ~ field.name
                            ~ ' is read from ' ~ field.physical.sql ~ ', and ' ~ physical.sql
                            ~ ' is not read: name the one that is meant in the var raw_columns.',
                    }) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
