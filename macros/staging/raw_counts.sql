{#-
    raw_rows_counted(source_name, table_name): how many rows a raw table has that a key can be given to,
    and each row without one as a text. What has to be parsed to be read (a CSV file, a list in a column)
    is gone through once; else the columns that only a row without a key needs are not read for all.
-#}
{% macro raw_rows_counted(source_name, table_name) -%}
    {%- set lineage = source(source_name, table_name) -%}
    {%- if execute -%}
        {%- set contract = raw_table_contract(source_name, table_name) -%}
        {%- set table = raw_table(contract) -%}
        {%- set fields = raw_fields(contract, table) -%}
        {%- set missing = raw_key_is_missing(contract, fields) -%}
        {%- set names %}
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
        {%- endset %}
        {%- set raw_row %}concat_ws('; '
            {%- for field in fields if field.physical and not field.is_personal %},
                '{{ field.name }}: ' || cast({{ field.physical.sql }} as string)
            {%- endfor %}
            )
        {%- endset %}
        {%- if table.is_text %}
        select
            {{- names }}
            case when {{ missing }} then {{ raw_row }} end as raw_row,
            count(*) as row_count
        from {{ table.from }}
        group by 3
        {%- else %}
        select
            {{- names }}
            cast(null as string) as raw_row,
            count(*) as row_count
        from {{ table.from }}
        where not ({{ missing }})
        union all
        select
            {{- names }}
            {{ raw_row }} as raw_row,
            count(*) as row_count
        from {{ table.from }}
        where {{ missing }}
        group by 3
        {%- endif %}
    {%- endif -%}
{%- endmacro %}
