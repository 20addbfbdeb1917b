-- The scopes each trigger watches: those it names, else all its metric is reported at.
with triggers as (select * from {{ configured('kpi_triggers') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

named as (
    select
        trigger_id,
        {{ each_part("replace(scopes, ' ', ',')") }} as scope
    from triggers
    where scopes is not null
),

unnamed as (
    select distinct
        triggers.trigger_id,
        grains.scope
    from triggers
    inner join grains on triggers.metric_id = grains.metric_id
    where triggers.scopes is null
),

trigger_scopes as (
    select * from named
    union all
    select * from unnamed
)

select * from trigger_scopes
