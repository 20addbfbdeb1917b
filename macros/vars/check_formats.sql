{#-
    What raw_formats says of one source: formats by kind, or by table those of the table and its
    columns. Which formats there are, raw_format() knows.
-#}
{% macro check_formats(told_by, source_name, formats) -%}
    {%- if formats is not mapping -%}
        {%- do exceptions.raise_compiler_error(
            told_by ~ " says '" ~ formats ~ "' of " ~ source_name
            ~ '; it takes formats by kind, such as {date: m/d/y, amount: us}.'
        ) -%}
    {%- endif -%}
    {%- set kinds = ['date', 'amount'] -%}
    {%- set contracts = contracts_by_source().get(source_name, {}) -%}
    {%- for name, given in formats.items() -%}
        {%- set is_table = given is mapping and name not in kinds -%}
        {%- if name not in (contracts | list if is_table else kinds) -%}
            {%- do exceptions.raise_compiler_error(
                told_by ~ ' names ' ~ source_name ~ '.' ~ name ~ ', and ' ~ name ~ ' is no '
                ~ ('table of that source' if is_table else 'kind of format')
                ~ meant(name, contracts | list if is_table else kinds)
            ) -%}
        {%- endif -%}
        {%- set columns = contracts[name].columns | list if is_table else [] -%}
        {%- for inner in given if is_table and inner not in kinds + columns -%}
            {%- do exceptions.raise_compiler_error(
                told_by ~ ' names ' ~ source_name ~ '.' ~ name ~ '.' ~ inner ~ ', and ' ~ inner
                ~ ' is no column of that table' ~ meant(inner, kinds + columns)
            ) -%}
        {%- endfor -%}
        {%- for contract in contracts.values() if not is_table and loop.first -%}
            {%- do raw_format(contract, name) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The environment variable SALES_METRICS_RAW_FORMATS says the same as the var raw_formats. -#}
{% macro check_formats_of_environment(contracts) -%}
    {%- set name = 'The environment variable SALES_METRICS_RAW_FORMATS' -%}
    {%- set text = env_var('SALES_METRICS_RAW_FORMATS', '{}') -%}
    {%- set given = fromjson(text, none) -%}
    {%- if given is not mapping -%}
        {%- do exceptions.raise_compiler_error(
            name ~ " says '" ~ text ~ "'"
            ~ '; it takes JSON, such as {"salesforce": {"date": "m/d/y"}}.'
        ) -%}
    {%- endif -%}
    {%- for source_name, formats in given.items() if execute -%}
        {%- if source_name not in contracts -%}
            {%- do exceptions.raise_compiler_error(
                name ~ ' names ' ~ source_name ~ ', which is no source'
                ~ meant(source_name, contracts | list)
            ) -%}
        {%- endif -%}
        {{ check_formats(name, source_name, formats) }}
    {%- endfor -%}
{%- endmacro %}
