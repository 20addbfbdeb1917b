select
    stage_id,
    stage_name,
    stage_order,
    expected_days
from marts.dim_stages
order by stage_order nulls last, stage_id
