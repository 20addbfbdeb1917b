select
    checks.severity,
    checks.check_id,
    checks.table_name,
    checks.treatment,
    checks.rows_checked,
    checks.rows_failing,
    checks.sample_ids
from marts.data_quality as checks
order by
    case checks.severity when 'error' then 1 when 'warn' then 2 else 3 end,
    checks.rows_failing desc nulls last,
    checks.check_id asc,
    checks.table_name asc
