-- The three colours of a cell share one denominator and fill it.
with metric_values as (select * from {{ ref('metric_values') }}),

broken as (
    select
        period_type,
        period_start,
        segment,
        team_id,
        rep_id
    from metric_values
    where metric_id = 'deal_health_share'
    group by period_type, period_start, segment, team_id, rep_id
    having count(*) <> 3 or sum(numerator) <> max(denominator)
)

select * from broken
