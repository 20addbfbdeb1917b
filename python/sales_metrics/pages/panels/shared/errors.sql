-- What is wrong in the data, so that numbers lack something.
select
    checks.check_id,
    checks.table_name,
    checks.rows_checked,
    checks.rows_failing
from marts.data_quality as checks
where checks.severity = 'error' and checks.rows_failing > 0
order by checks.rows_failing desc, checks.check_id asc, checks.table_name asc
