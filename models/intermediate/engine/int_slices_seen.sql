-- Since when a slice of a whole has occurred at a place. From then on it is zero whenever the whole
-- is there without it: else what it broke could never mend. States (health) bring zeros for all of
-- their slices.
with metrics as (
    select *
    from {{ configured('metrics') }}
    where window_id <> 'point'
),

wholes as (
    select distinct metric_id
    from {{ ref('int_metric_terms') }}
    where role = 'denominator' and measure_slice_type <> slice_type
),

places as (select * from {{ ref('int_metric_places') }}),

keys as (select * from {{ ref('int_measure_keys') }}),

daily as (select * from {{ ref('int_measures_daily') }}),

slices_seen as (
    select
        places.place_number,
        places.whole_number,
        places.metric_id,
        places.scope,
        places.segment,
        places.team_id,
        places.rep_id,
        places.slice_id,
        min(daily.measured_on) as first_day
    from metrics
    inner join wholes on metrics.metric_id = wholes.metric_id
    inner join places on metrics.metric_id = places.metric_id
    inner join keys
        on metrics.numerator = keys.measure_id
        and places.scope = keys.scope
        and places.segment = keys.segment
        and places.team_id = keys.team_id
        and places.rep_id = keys.rep_id
        and places.slice_id = keys.slice_id
    inner join daily
        on keys.measure_id = daily.measure_id
        and keys.daily_segment = daily.segment
        and keys.daily_team_id = daily.team_id
        and keys.daily_rep_id = daily.rep_id
        and keys.slice_type = daily.slice_type
        and keys.slice_id = daily.slice_id
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from slices_seen
