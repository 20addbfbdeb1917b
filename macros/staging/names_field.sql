{#-
    True when a field history names the field that stands for a column of the contract: under any spelling the
    column itself is found under, the custom names of the var raw_columns included.
-#}
{% macro names_field(value, source_name, table_name, column_name) -%}
    {%- set names = [column_name, column_name | replace('_', '')] -%}
    {#- A unit test has no source to name another spelling. -#}
    {%- if execute and graph.sources is defined -%}
        {%- set contract = raw_table_contract(source_name, table_name) -%}
        {%- set names = column_spellings(contract, contract.columns[column_name]) -%}
    {%- endif -%}
    lower({{ value }}) in (
        {%- for name in names %}'{{ sql_text(name) }}'{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}
