{#- What becomes of a file of the raw folder, and the sentence that says so. -#}
{% macro is_raw_table_file(file) -%}
    {{ return(file.holds_tables if file.is_folder else raw_file_format(file.name) is not none) }}
{%- endmacro %}

{% macro judged_file(file, contracts, read) -%}
    {%- set is_read = file.file == 'as_of.csv' or file.file in read.values() -%}
    {%- set source_name = file.folder if file.folder in contracts
        else nearest_name(file.folder, contracts | list, most=2) -%}
    {#- At the top a table may be of any source; only its own name tells. -#}
    {%- set searched = [source_name] if source_name else contracts | list -%}
    {%- set like = namespace(table=none, source=none) -%}
    {%- for one in searched if (source_name or not file.folder) and not like.table -%}
        {%- set like.table = table_like(file.name, contracts[one]) -%}
        {%- set like.source = one if like.table else none -%}
    {%- endfor -%}
    {%- set read_instead = read.get(like.source ~ '.' ~ like.table) if file.folder == like.source
        else none -%}
    {%- set left_out = file.folder == like.source and is_left_out(like.source, like.table) -%}
    {%- set check_id = none if is_read
        else 'second_file' if read_instead
        else 'unread_file' if like.table and not left_out
        else 'extra_file' -%}
    {{ return({
        'file': file.file,
        'source_name': like.source or source_name,
        'table_name': like.table,
        'check_id': check_id,
        'read_instead': read_instead,
        'told': none if is_read
            else file.file ~ ' is not read, because the var left_out_tables names it.' if left_out
            else file_told(file, like, read_instead),
    }) }}
{%- endmacro %}

{#- The table of the contract that a file is called like, whatever its end: Tasks (1).xlsx. -#}
{% macro table_like(file_name, tables) -%}
    {%- set stem = modules.re.sub('[^a-z]+$', '', file_name.split('.')[0] | lower) -%}
    {%- set spelled = {} -%}
    {%- for contract in tables.values() -%}
        {%- for spelling in table_spellings(contract) -%}
            {%- do spelled.setdefault(spelling, contract.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set near = stem if stem in spelled else nearest_name(stem, spelled | list, most=2) -%}
    {{ return(spelled.get(near)) }}
{%- endmacro %}

{#- Why a file is not read, and what to do about it. -#}
{% macro file_told(file, like, read_instead) -%}
    {%- set wanted = (like.source or '') ~ '/' ~ (like.table or '') -%}
    {%- set unread = file.file ~ ' is not read' -%}
    {%- if read_instead -%}
        {{ return(
            unread ~ ': ' ~ read_instead ~ ' is read as the table ' ~ like.table
            ~ '; remove the one that is not meant.'
        ) }}
    {%- elif not like.table -%}
        {{ return(unread ~ ': it is no table of the contract.') }}
    {%- elif like.source in var('raw_schemas', {}) -%}
        {{ return(
            unread ~ ', because the var raw_schemas reads ' ~ like.source ~ ' from '
            ~ var('raw_schemas')[like.source] ~ '.'
        ) }}
    {%- elif file.folder != like.source -%}
        {{ return(
            unread ~ ', because it does not lie in the folder of a source; is it '
            ~ wanted ~ '?'
        ) }}
    {%- elif file.is_folder and not file.holds_tables -%}
        {{ return(
            unread ~ ', because it is a folder without a file of CSV, JSON or Parquet below it.'
        ) }}
    {%- elif not is_raw_table_file(file)
        and modules.re.search('[.](gz|zip|bz2|zst|xz|7z|tar|tgz|snappy)$', file.name | lower) -%}
        {{ return(unread ~ ', because it is packed: unpack it as ' ~ wanted ~ '.csv.') }}
    {%- elif not is_raw_table_file(file) -%}
        {{ return(
            unread ~ ', because it is neither CSV, JSON nor Parquet: export it as ' ~ wanted ~ '.csv.'
        ) }}
    {%- else -%}
        {{ return(unread ~ ', because no table is called so; is it ' ~ wanted ~ '?') }}
    {%- endif -%}
{%- endmacro %}
