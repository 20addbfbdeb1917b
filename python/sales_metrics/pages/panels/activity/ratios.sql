-- Ratios and times of the last whole week, and of the twelve before it; never a count by itself.
select
    ratios.metric_id,
    ratios.scope,
    ratios.segment,
    ratios.team_id,
    ratios.slice_id,
    ratios.period_start,
    ratios.metric_value,
    ratios.n
from marts.metric_values as ratios
inner join marts.dim_metrics as metrics
    on
    ratios.metric_id = metrics.metric_id
    and metrics.stack = 'activity'
    and metrics.kind in ('rate', 'index', 'duration')
where
    ratios.period_type = 'week'
    and ratios.scope in ('company', 'segment', 'team')
    and ratios.slice_id in ('all', 'hot')
    and ratios.is_complete
    and ratios.metric_value is not null
    and ratios.period_start > (
        select max(built.as_of_date) as as_of_date
        from marts.data_quality as built
    ) - 14 * 7
order by
    ratios.metric_id,
    ratios.slice_id,
    case ratios.scope when 'company' then 1 when 'segment' then 2 else 3 end,
    ratios.segment,
    ratios.team_id,
    ratios.period_start
