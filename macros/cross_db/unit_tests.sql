{#-
    How a unit test is run: dbt's own macros under their own names, which dbt calls, never a model.
    dbt writes a select and a cast per cell of every row, asks for columns in a context of its own and
    makes a table to learn what types a query has: a third of the time of a unit test
    (docs/performance.md). Here rows are one list of values, and the engine says the types of a query.

    get_fixture_sql(rows, column_name_to_data_types)  the given rows of an input
    get_expected_sql(rows, types, quoted)             the expected rows
    materialization unit, on DuckDB                   stands what is and what is expected side by side
-#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- if target.type == 'spark' and not rows -%}
        {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
    {%- endif -%}
    {%- set types = column_name_to_data_types or types_of(this) -%}
    {%- if not types -%}
        {%- do exceptions.raise_compiler_error(
            "Unit test '" ~ model.name ~ "' gives rows of " ~ this ~ ', which is not built yet'
        ) -%}
    {%- endif -%}
    {{ return(rows_as_values(rows, types.keys() | list, types)) }}
{%- endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -%}
    {%- if not rows -%}
        {{ return('select * from dbt_internal_unit_test_actual limit 0') }}
    {%- endif -%}
    {%- set names = rows[0].keys() | map('lower') | list -%}
    {%- for row in rows if row.keys() | map('lower') | sort != names | sort -%}
        {%- do exceptions.raise_compiler_error(
            'A row that unit test ' ~ model.name ~ ' expects has the columns '
            ~ row.keys() | join(', ') ~ '; the first one has ' ~ names | join(', ')
        ) -%}
    {%- endfor -%}
    {{ return(rows_as_values(rows, names, column_name_to_data_types)) }}
{%- endmacro %}

{#- {column in lower case: type} of a relation, or of a query given as text. -#}
{% macro types_of(relation) -%}
    {{ return(adapter.dispatch('types_of', 'sales_metrics')(relation)) }}
{%- endmacro %}

{% macro default__types_of(relation) -%}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{% macro duckdb__types_of(relation) -%}
    {%- set types = {} -%}
    {%- set asked = 'select column_name, column_type from (describe ' ~ relation ~ ')' -%}
    {%- for row in adapter.execute(asked, fetch=true)[1].rows -%}
        {%- do types.update({row[0] | lower: row[1]}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{#- Rows of a unit test, dictionaries, as a select of these columns; a column a row lacks is null. -#}
{% macro rows_as_values(rows, names, types) -%}
    {{ return(adapter.dispatch('rows_as_values', 'sales_metrics')(rows, names, types)) }}
{%- endmacro %}

{#- Cells are texts, whatever they are, so that the values of a column are of one type before the cast. -#}
{% macro default__rows_as_values(rows, names, types) -%}
    {%- set given = {} -%}
    {%- set listed = [] -%}
    {%- for row in rows -%}
        {%- for name in row -%}{%- do given.update({name | lower: name}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for name in given if name not in types -%}
        {%- do exceptions.raise_compiler_error(
            "Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ model.name
            ~ '. It has the columns ' ~ types | join(', ')
        ) -%}
    {%- endfor -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for name in given.values() -%}
            {%- set cell = row.get(name) -%}
            {%- do cells.append(
                'null' if cell is none else "'" ~ cell | string | replace("'", "''") ~ "'"
            ) -%}
        {%- endfor -%}
        {%- do listed.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set selected = [] -%}
    {%- for name in names -%}
        {%- set cell = 'given."' ~ name ~ '"' if name in given else 'null' -%}
        {%- do selected.append('cast(' ~ cell ~ ' as ' ~ types[name] ~ ') as "' ~ name ~ '"') -%}
    {%- endfor -%}
    {{ return(
        'select ' ~ selected | join(', ') ~ (
            '\nfrom (values\n' ~ listed | join(',\n') ~ '\n) as given ("' ~ given | join('", "') ~ '")'
            if given else '\nwhere false'
        )
    ) }}
{%- endmacro %}

{#- As one list of values Spark plans them once, not row by row. -#}
{% macro spark__rows_as_values(rows, names, types) -%}
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

{% materialization unit, adapter='duckdb' -%}
    {%- set expected = config.get('expected_rows') -%}
    {%- set types = types_of('(' ~ sql ~ '\n)') -%}
    {%- set names = expected[0].keys() | map('lower') | list if expected else types | list -%}
    {%- set quoted = [] -%}
    {%- for name in names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
    {%- set told = config.get('expected_sql') or get_expected_sql(expected, types, {}) -%}
    {% call statement('main', fetch_result=true) %}
        {{ get_unit_test_sql(sql, told, quoted) }}
    {% endcall %}
    {{ return({'relations': []}) }}
{%- endmaterialization %}
