-- The one look at every staged row that the audit and the bad values share: rows that are clean are
-- counted together, a row with unusable values stands by itself with its id.
{%- for table in staged_tables() | selectattr('is_present') %}
select
    '{{ table.source_name }}' as source_name,
    '{{ table.table_name }}' as table_name,
    bad_values,
    case when bad_values is not null then {{ table.row_id }} end as row_id,
    count(*) as row_count,
    cast(sum(row_copies - 1) as bigint) as duplicate_rows
from {{ ref(table.model) }}
group by 3, 4
{{ 'union all' if not loop.last }}
{%- endfor %}
