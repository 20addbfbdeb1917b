select
    losses.segment,
    losses.loss_reason,
    losses.period_start,
    losses.period_end,
    losses.lost_count,
    losses.metric_value,
    losses.n,
    losses.ci_low,
    losses.ci_high
from marts.loss_reasons as losses
where
    losses.period_type = 'week'
    and losses.scope in ('company', 'segment')
    and losses.is_complete
    and losses.period_start = (
        select max(latest.period_start) as period_start
        from marts.loss_reasons as latest
        where latest.period_type = 'week' and latest.is_complete
    )
order by losses.segment asc, losses.metric_value desc nulls last, losses.loss_reason asc
