-- The one look at every staged row that the audit, the bad values and the doubts share: rows that
-- are clean are counted together, a row with a finding stands by itself with its id.
{%- for table in staged_tables() | selectattr('is_present') %}
select
    '{{ table.source_name }}' as source_name,
    '{{ table.table_name }}' as table_name,
    bad_values,
    row_doubts,
    case when bad_values is not null or row_doubts is not null then {{ table.row_id }} end
        as row_id,
    count(*) as row_count,
    cast(sum(row_copies - 1) as bigint) as duplicate_rows
from {{ ref(table.model) }}
group by 3, 4, 5
{{ 'union all' if not loop.last }}
{%- endfor %}
