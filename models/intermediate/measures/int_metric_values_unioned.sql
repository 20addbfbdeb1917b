-- Every metric in one long form, whatever model it comes from: the public table and the KPI room
-- read it. A view, since both would otherwise pay for a second copy.
{{ config(materialized='view') }}
with summed as (select * from {{ ref('int_metric_values_summed') }}),

medians as (select * from {{ ref('int_metric_values_median') }}),

unioned as (
    select * from summed
    union all
    select * from medians
)

select * from unioned
