select
    weeks.segment,
    weeks.slice_id as stage_id,
    weeks.period_start,
    weeks.metric_value,
    weeks.n
from marts.metric_values as weeks
where
    weeks.metric_id = 'stage_conversion_rate'
    and weeks.period_type = 'week'
    and weeks.scope in ('company', 'segment')
    and weeks.is_complete
    and weeks.period_start > (
        select max(built.as_of_date) as as_of_date from marts.data_quality as built
    ) - 27 * 7
order by weeks.segment, weeks.slice_id, weeks.period_start
