select
    source_name,
    table_name,
    raw_row,
    row_count
from {{ ref('int_raw_rows_counted') }}
where raw_row is not null
