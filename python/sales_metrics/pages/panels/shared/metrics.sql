select
    metric_id,
    label,
    unit,
    better,
    formula,
    window_id,
    min_n
from marts.dim_metrics
order by metric_id
