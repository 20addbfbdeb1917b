-- Nothing is dropped silently between a raw table and its staging model.
select
    source_name,
    table_name,
    rows_in,
    rows_out,
    deleted_rows,
    duplicate_rows,
    quarantined_rows
from {{ ref('int_raw_audit') }}
where rows_in <> rows_out + deleted_rows + duplicate_rows + quarantined_rows
