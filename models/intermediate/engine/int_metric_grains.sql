-- The catalog unfolded: every scope and period type a metric is reported at and for. Everything
-- that places a value joins this on equality.
with metrics as (select * from {{ configured('metrics') }}),

scoped as (
    select
        metric_id,
        period_types,
        {{ each_part("replace(scopes, ' ', ',')") }} as scope
    from metrics
),

grains as (
    select
        metric_id,
        scope,
        {{ each_part("replace(period_types, ' ', ',')") }} as period_type
    from scoped
)

select * from grains
