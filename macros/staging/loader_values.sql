{#- What the loader says of each row, in one type whoever the loader is. -#}
{% macro loader_values(table, contract) -%}
    {%- set known = loader_columns() -%}
    {%- set deletes = loader_deletes(table) -%}
    {%- set active = loader_value(table, known.is_active, 'boolean') -%}
    {#- Of a history every row counts, also what no longer holds. -#}
    {%- if contract.meta.get('is_history') -%}
        {%- set active = 'cast(null as boolean)' -%}
    {%- endif -%}
    {%- do deletes.append('not coalesce(' ~ active ~ ', true)') -%}
    coalesce({{ active }}, true) as loader_is_active,
    {{ loader_value(table, known.started_at, 'timestamp') }} as loader_started_at,
    {{ loader_value(table, known.loaded_at, 'timestamp') }} as loader_loaded_at,
    {{ loader_value(table, known.load_number, 'double') }} as loader_load_number,
    {{ loader_value(table, known.sequence, 'bigint') }} as loader_sequence,
    {{ deletes | join(' or ') }} as loader_is_deleted
{%- endmacro %}

{#- [SQL over the loader's own columns of a table, each true of a row that is no more]. -#}
{% macro loader_deletes(table) -%}
    {%- set known = loader_columns() -%}
    {%- set deletes = [] -%}
    {%- for name in known.deleted_flags if name in table.columns -%}
        {%- set flag = loader_value(table, [name], 'boolean') -%}
        {%- do deletes.append('coalesce(' ~ flag ~ ', false)') -%}
    {%- endfor -%}
    {%- for name in known.deleted_instants if name in table.columns -%}
        {%- do deletes.append(loader_value(table, [name], 'timestamp') ~ ' is not null') -%}
    {%- endfor -%}
    {{ return(deletes) }}
{%- endmacro %}

{#- Loaders write ISO whatever the CRM's users do. -#}
{% macro loader_value(table, names, type) -%}
    {%- set spelled = spelled_in(table.columns, names) -%}
    {%- if spelled -%}
        {%- set column = table.columns[spelled] -%}
        {{ cast_raw(column.sql, column.type, {'type': type}, {'date': 'iso', 'amount': 'plain'}) }}
    {%- else -%}
        cast(null as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- The loader's own columns that a table has. -#}
{% macro loader_names(table) -%}
    {%- set found = [] -%}
    {%- for name in loader_columns().values() | sum(start=[]) if name in table.columns -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#-
    Those of a table that holds lists tell of the lists too; but that a record is archived does not take
    back whom it is with: rows of a table without a column for it are not deleted.
-#}
{% macro loader_names_of_lists(contract, table) -%}
    {%- set known = loader_columns() -%}
    {%- set flags = [] if 'is_deleted' in contract.columns
        else known.deleted_flags + known.deleted_instants -%}
    {{ return(loader_names(table) | reject('in', flags) | list) }}
{%- endmacro %}
