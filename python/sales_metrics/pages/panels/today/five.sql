select
    five.place,
    five.metric_id,
    metrics.label,
    metrics.unit,
    metrics.better,
    metrics.formula,
    metrics.band_text,
    five.stands_in_for,
    five.period_type,
    five.period_start,
    five.metric_value,
    five.n,
    five.status,
    five.value_12_weeks_before,
    five.value_last_week,
    five.change_12_weeks,
    five.value_same_day_quarter_before
from marts.ceo_five as five
left join marts.dim_metrics as metrics on five.metric_id = metrics.metric_id
order by five.place
