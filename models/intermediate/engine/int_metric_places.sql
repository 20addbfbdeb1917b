-- The places a metric may have a value at (a scope's keys and a slice), and their numbers: values
-- are grouped by the number of a place and a period, because grouping by eight words takes twice as
-- long. All slices of a metric at one scope's keys have one whole.
with terms as (
    select *
    from {{ ref('int_metric_terms') }}
    where role in ('numerator', 'denominator', 'n_measure')
),

grains as (select * from {{ ref('int_metric_grains') }}),

reported_keys as (select * from {{ ref('int_reported_keys') }}),

scope_keys as (select * from {{ ref('int_scope_keys') }}),

metric_scopes as (
    select distinct
        metric_id,
        scope
    from grains
),

places as (
    select
        terms.metric_id,
        reported_keys.scope,
        reported_keys.segment,
        reported_keys.team_id,
        reported_keys.rep_id,
        reported_keys.slice_id
    from terms
    inner join reported_keys on terms.measure_id = reported_keys.measure_id
    inner join metric_scopes
        on terms.metric_id = metric_scopes.metric_id and reported_keys.scope = metric_scopes.scope
    union
    select
        metric_scopes.metric_id,
        scope_keys.scope,
        scope_keys.segment,
        scope_keys.team_id,
        scope_keys.rep_id,
        'all' as slice_id
    from metric_scopes
    inner join scope_keys on metric_scopes.scope = scope_keys.scope
),

metric_places as (
    select
        row_number() over (
            order by metric_id, scope, segment, team_id, rep_id, slice_id
        ) as place_number,
        dense_rank() over (order by metric_id, scope, segment, team_id, rep_id) as whole_number,
        metric_id,
        scope,
        segment,
        team_id,
        rep_id,
        slice_id
    from places
)

select * from metric_places
