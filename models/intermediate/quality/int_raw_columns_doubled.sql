-- Columns of the raw tables that nobody reads, because another is read as the same column.
{%- set doubled = raw_columns_doubled() %}
with doubled as (
    {%- for column in doubled %}
    select '{{ sql_text(column.column) }}' as column_name
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as string) as column_name
    where false
    {%- endfor %}
)

select * from doubled
