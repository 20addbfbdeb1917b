-- Rows no key can be given to are kept as text, so that nothing vanishes before someone has looked.
{%- set tables = staged_tables() | selectattr('is_present') | list %}
{%- for table in tables %}
{{ raw_rows_counted(table.source_name, table.table_name) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
