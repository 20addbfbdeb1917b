-- Which sums are a term of which metric, where its value stands and through which windows it is
-- looked at: a segment's rows through those of its tier if the metric has such, else through those
-- of all.
with metrics as (select * from {{ configured('metrics') }}),

segments as (select * from {{ configured('segments') }}),

terms as (
    select *
    from {{ ref('int_metric_terms') }}
    where role in ('numerator', 'denominator', 'n_measure')
),

reported_keys as (select * from {{ ref('int_reported_keys') }}),

places as (select * from {{ ref('int_metric_places') }}),

looks as (
    select distinct
        look_number,
        window_id,
        period_types
    from {{ ref('int_term_windows') }}
),

tiered_metrics as (
    select distinct
        metric_id,
        acv_tier
    from terms
    where acv_tier <> 'all'
),

metric_segments as (
    select
        tiered_metrics.metric_id,
        tiered_metrics.acv_tier,
        segments.segment
    from tiered_metrics
    inner join segments on tiered_metrics.acv_tier = segments.acv_tier
),

metric_term_keys as (
    select
        reported_keys.reported_number,
        places.place_number,
        places.whole_number,
        looks.look_number,
        terms.metric_id,
        terms.role,
        terms.measure_slice_type <> terms.slice_type as is_whole,
        terms.window_id,
        places.scope,
        places.segment,
        places.team_id,
        places.rep_id,
        places.slice_id
    from terms
    inner join reported_keys on terms.measure_id = reported_keys.measure_id
    inner join places
        on terms.metric_id = places.metric_id
        and reported_keys.scope = places.scope
        and reported_keys.segment = places.segment
        and reported_keys.team_id = places.team_id
        and reported_keys.rep_id = places.rep_id
        and reported_keys.slice_id = places.slice_id
    inner join metrics on terms.metric_id = metrics.metric_id
    inner join looks
        on terms.window_id = looks.window_id and metrics.period_types = looks.period_types
    left join metric_segments
        on terms.metric_id = metric_segments.metric_id
        and reported_keys.segment = metric_segments.segment
    where terms.acv_tier = coalesce(metric_segments.acv_tier, 'all')
)

select * from metric_term_keys
