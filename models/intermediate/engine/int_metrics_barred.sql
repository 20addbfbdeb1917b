-- Where a metric is not measured, or its value not judged by triggers, because something occurred
-- in its window that leaves nobody to know (metric_evidence). What bars the company bars its parts:
-- that nothing of the kind occurred at a place does not make its 0 a value. A value that is there
-- is not judged place by place.
with terms as (
    select *
    from {{ ref('int_metric_terms') }}
    where role in ('bars', 'bars_baseline', 'unjudged')
),

windowed as (select * from {{ ref('int_window_sums_named') }}),

barred as (
    select distinct
        terms.metric_id,
        terms.role,
        windowed.period_type,
        windowed.period_start,
        windowed.segment,
        windowed.team_id,
        windowed.rep_id
    from terms
    inner join windowed
        on terms.measure_id = windowed.measure_id and terms.window_id = windowed.window_id
    where windowed.measure_value > 0
        and (terms.role = 'unjudged' or windowed.scope = 'company')
)

select * from barred
