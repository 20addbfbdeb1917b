-- Rows no key can be given to: kept as text, so that nothing vanishes before someone has looked.
{%- set tables = staged_tables() | selectattr('is_present') | list %}
{%- for table in tables %}
{{ quarantined_rows(table.source_name, table.table_name) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
