{#-
    What dbt-spark does otherwise than this project needs, put right by dbt's own dispatch: these
    macros are called by dbt, never by a model.

    spark__list_relations_without_caching(relation)  the tables and views of a schema
    spark__load_csv_rows(model, agate_table)         the rows of a seed
    get_fixture_sql(rows, column_name_to_data_types) the given rows of a unit test
    get_expected_sql(rows, types, quoted)            its expected rows
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

{#- dbt writes a select per row and a union; as one list of values Spark plans it once, not per row. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- if target.type != 'spark' or not rows -%}
        {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
    {%- endif -%}
    {%- set types = column_name_to_data_types or {} -%}
    {%- if not types -%}
        {%- for column in adapter.get_columns_in_relation(this) -%}
            {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not types -%}
        {%- do exceptions.raise_compiler_error(
            "Unit test '" ~ model.name ~ "' gives rows of " ~ this ~ ', which is not built yet'
        ) -%}
    {%- endif -%}
    {{ return(rows_as_values(rows, types.keys() | list, types)) }}
{%- endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -%}
    {%- if target.type != 'spark' or not rows -%}
        {{ return(dbt.get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted)) }}
    {%- endif -%}
    {%- set names = rows[0].keys() | map('lower') | list -%}
    {{ return(rows_as_values(rows, names, column_name_to_data_types)) }}
{%- endmacro %}

{#- Rows of a unit test, dictionaries, as a select of these columns; a column a row lacks is null. -#}
{% macro rows_as_values(rows, names, types) -%}
    {%- set listed = [] -%}
    {%- for row in rows -%}
        {%- set given = dbt.format_row(row, types) -%}
        {%- set cells = [] -%}
        {%- for name in names -%}
            {%- do cells.append(given.get(name) or 'cast(null as ' ~ types[name] ~ ')') -%}
        {%- endfor -%}
        {%- do listed.append('(' ~ cells | map('trim') | join(', ') ~ ')') -%}
    {%- endfor -%}
    {{ return(
        'select * from values\n' ~ listed | join(',\n')
        ~ '\nas given_rows (`' ~ names | join('`, `') ~ '`)'
    ) }}
{%- endmacro %}
