{#- table_names(database, schema): the names of the tables and views of a schema, as a list. -#}
{% macro table_names(database, schema) -%}
    {{ return(adapter.dispatch('table_names', 'sales_metrics')(database, schema)) }}
{%- endmacro %}

{% macro default__table_names(database, schema) -%}
    {%- set found = run_query(
        "select table_name from information_schema.tables where table_catalog = '"
        ~ sql_text(database) ~ "' and table_schema = '" ~ sql_text(schema)
        ~ "' order by table_name"
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{#- Spark lists the temporary views of the session in every schema; they are none of it. -#}
{% macro spark__table_names(database, schema) -%}
    {%- set found = [] -%}
    {%- for row in run_query('show tables in ' ~ schema) if not row[2] -%}
        {%- do found.append(row[1]) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
