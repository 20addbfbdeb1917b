-- Ratios and times of the last whole week, and of the twelve before it; never a count by itself.
-- Teams stand beside, in the last week alone.
with kept as (
    select ratios.*
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
)

select
    metric_id,
    scope,
    segment,
    team_id,
    slice_id,
    period_start,
    metric_value,
    n
from kept
where
    scope <> 'team'
    or period_start = (select max(latest.period_start) as period_start from kept as latest)
order by
    metric_id,
    slice_id,
    case scope when 'company' then 1 when 'segment' then 2 else 3 end,
    segment,
    team_id,
    period_start
