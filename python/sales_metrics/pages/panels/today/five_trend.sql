-- The periods of the kind that judges each number, up to the one that is shown.
select
    trend.metric_id,
    trend.period_type,
    trend.period_start,
    trend.metric_value
from marts.metric_values as trend
inner join marts.ceo_five as five
    on
    trend.metric_id = five.metric_id
    and trend.period_type = five.period_type
    and trend.period_start <= five.period_start
    and trend.period_start >= five.period_start - case
        when five.period_type = 'week' then 84
        else 366
    end
where trend.scope = 'company' and trend.slice_type = 'all'
order by trend.metric_id, trend.period_start
