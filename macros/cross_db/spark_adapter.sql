{#-
    What dbt-spark does otherwise than this project needs, put right by dbt's own dispatch: these
    macros are called by dbt, never by a model.

    spark__list_relations_without_caching(relation)  the tables and views of a schema
    spark__load_csv_rows(model, agate_table)         the rows of a seed
-#}

{#- Two questions a schema. SHOW TABLE EXTENDED fails for Iceberg, dbt's way round asks per table. -#}
{% macro spark__list_relations_without_caching(relation) -%}
    {%- set views = run_query('show views in ' ~ relation.schema).columns[1].values() -%}
    {%- set found = [] -%}
    {%- for name in table_names(none, relation.schema) -%}
        {%- set information = 'Type: VIEW' if name in views else 'Provider: iceberg' -%}
        {%- do found.append([relation.schema, name, false, information]) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- As literals: the session of dbt-spark binds an empty cell as the text 'None'. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
            {%- set value = 'null' if row[name] is none else dbt.string_literal(
                row[name] | string | replace('\\', '\\\\') | replace("'", "\\'")
            ) -%}
            {%- do cells.append('cast(' ~ value ~ ' as ' ~ type ~ ')') -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql = 'insert into ' ~ this.render() ~ ' values\n' ~ rows | join(',\n') -%}
    {%- if rows -%}{%- do adapter.add_query(sql, abridge_sql_log=true) -%}{%- endif -%}
    {{ return(sql) }}
{%- endmacro %}
