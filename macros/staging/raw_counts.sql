{#-
    raw_row_count(staged)                     the rows of a table of staged_tables(), 0 if missing
    quarantined_rows(source_name, table_name) the rows without a key, each as one text
-#}
{% macro raw_row_count(staged) -%}
    {%- set lineage = source(staged.source_name, staged.table_name) -%}
    {%- if execute and staged.is_present -%}
        {%- set contract = raw_table_contract(staged.source_name, staged.table_name) -%}
        (select count(*) from {{ raw_table(contract).from }})
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}

{% macro quarantined_rows(source_name, table_name) -%}
    {%- set lineage = source(source_name, table_name) -%}
    {%- if execute -%}
        {%- set contract = raw_table_contract(source_name, table_name) -%}
        {%- set table = raw_table(contract) -%}
        {%- set fields = raw_fields(contract, table) -%}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            concat_ws('; '
            {%- for field in fields if field.physical and not field.is_personal %},
                '{{ field.name }}: ' || cast({{ field.physical.sql }} as string)
            {%- endfor %}
            ) as raw_row
        from {{ table.from }}
        where {{ raw_key_is_missing(contract, fields) }}
    {%- endif -%}
{%- endmacro %}
