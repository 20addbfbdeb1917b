{#-
    For `python -m engine_parity`, run as an operation: writes every table of a schema as Parquet to
    <folder>/<table>.parquet, a file or a folder of files, whichever the engine writes.
        schema  the schema, without a database
        folder  an existing folder that the engine and the caller both see
-#}
{% macro export_tables(schema, folder) -%}
    {%- for name in table_names(target.get('database'), schema) -%}
        {%- set path = sql_text(folder) ~ '/' ~ name ~ '.parquet' -%}
        {%- set relation = api.Relation.create(
            database=target.get('database'), schema=schema, identifier=name
        ) -%}
        {%- do run_query(
            adapter.dispatch('export_statement', 'sales_metrics')(relation, path)
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro default__export_statement(relation, path) -%}
    copy (select * from {{ relation }}) to '{{ path }}' (format parquet)
{%- endmacro %}

{% macro spark__export_statement(relation, path) -%}
    insert overwrite directory '{{ path }}' using parquet select * from {{ relation }}
{%- endmacro %}
