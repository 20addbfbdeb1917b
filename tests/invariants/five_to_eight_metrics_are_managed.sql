-- Fewer leave a layer unwatched, more are not looked at.
{{ config(severity='warn') }}
with metrics as (select * from {{ configured('metrics') }}),

managed as (
    select count(*) as managed_metrics
    from metrics
    where is_managed
),

unmanageable as (
    select
        managed_metrics,
        concat(
            cast(managed_metrics as {{ dbt.type_string() }}),
            ' metrics are managed (is_managed); a company is steered by five to eight.'
        ) as sentence
    from managed
    where managed_metrics < 5 or managed_metrics > 8
)

select * from unmanageable
