-- The one look at every staged row that the audit, the bad values and the doubts share: rows that
-- are clean are counted together, a row with a finding stands by itself with its id. Deleted rows
-- that a staging model leaves out are counted from the raw table.
{%- for table in staged_tables() | selectattr('is_present') %}
select
    '{{ table.source_name }}' as source_name,
    '{{ table.table_name }}' as table_name,
    bad_values,
    row_doubts,
    case when bad_values is not null or row_doubts is not null then {{ table.row_id }} end
        as row_id,
    count(*) as row_count,
    cast(0 as bigint) as deleted_rows,
    cast(sum(row_copies - 1) as bigint) as duplicate_rows
from {{ ref(table.model) }}
group by 3, 4, 5
{%- if table.leaves_out_deleted %}
union all
select
    '{{ table.source_name }}' as source_name,
    '{{ table.table_name }}' as table_name,
    cast(null as string) as bad_values,
    cast(null as string) as row_doubts,
    cast(null as string) as row_id,
    cast(0 as bigint) as row_count,
    count(*) as deleted_rows,
    cast(sum(row_copies - 1) as bigint) as duplicate_rows
from (
    {{ raw_rows(table.source_name, table.table_name) | indent(4) }}
) as raw_rows
where is_deleted
having count(*) > 0
{%- endif %}
{{ 'union all' if not loop.last }}
{%- endfor %}
