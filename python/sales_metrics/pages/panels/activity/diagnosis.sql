select
    places.segment,
    places.diagnosis,
    places.metric_id,
    places.slice_type,
    places.slice_id,
    places.opened_on,
    places.generation_metric_id,
    generation.label as generation_label,
    generation.unit as generation_unit,
    places.generation_period_type,
    places.generation_period_start,
    places.generation_value,
    places.is_generation_short,
    places.activity_metric_id,
    activity.label as activity_label,
    activity.unit as activity_unit,
    places.activity_value,
    places.activity_value_before,
    places.activity_change
from marts.layer_diagnosis as places
left join marts.dim_metrics as generation
    on places.generation_metric_id = generation.metric_id
left join marts.dim_metrics as activity
    on places.activity_metric_id = activity.metric_id
order by places.segment
