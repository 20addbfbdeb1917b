with unioned as (select * from {{ ref('int_metric_values_unioned') }})

select * from unioned
order by metric_id, period_type, period_start, scope, segment, team_id, rep_id, slice_id
