select
    parts.slice_id as stage_id,
    parts.segment,
    parts.period_start,
    parts.n,
    parts.rate,
    parts.baseline_n,
    parts.baseline_rate,
    parts.mix_effect,
    parts.rate_effect,
    parts.hidden_leak,
    parts.company_rate,
    parts.company_baseline_rate,
    parts.company_delta
from marts.rate_decomposition as parts
where
    parts.metric_id = 'stage_conversion_rate'
    and parts.period_type = 'week'
    and parts.is_complete
    and parts.period_start = (
        select max(latest.period_start) as period_start
        from marts.rate_decomposition as latest
        where
            latest.metric_id = 'stage_conversion_rate'
            and latest.period_type = 'week'
            and latest.is_complete
    )
order by parts.slice_id, parts.segment
