with summed as (select * from {{ ref('int_metric_values_summed') }}),

medians as (select * from {{ ref('int_metric_values_median') }}),

unioned as (
    select * from summed
    union all
    select * from medians
)

select * from unioned
order by metric_id, period_type, period_start, scope, segment, team_id, rep_id, slice_id
