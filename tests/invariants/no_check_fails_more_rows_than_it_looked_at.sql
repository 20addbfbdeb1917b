-- A finding is read as "7 of 9": what failed is among what was looked at.
select
    check_id,
    table_name,
    rows_failing,
    rows_checked
from {{ ref('data_quality') }}
where rows_failing not between 0 and rows_checked
