-- A count of activity is a diagnostic: as a target it is met, and the deals get worse.
with activity_counts as (
    select
        metric_id,
        is_managed
    from {{ configured('metrics') }}
    where stack = 'activity' and kind = 'count'
),

uses as (
    select
        metric_id,
        'a band' as carried
    from {{ configured('kpi_bands') }}
    union all
    select
        metric_id,
        'a trigger' as carried
    from {{ configured('kpi_triggers') }}
    union all
    select
        metric_id,
        'a target' as carried
    from {{ ref('stg_planning__targets') }}
    union all
    select
        metric_id,
        'an owner' as carried
    from {{ configured('kpi_owners') }}
    union all
    select
        metric_id,
        'a row of its own on a scorecard' as carried
    from {{ configured('scorecard_metrics') }}
    where role not in ('conversion_rank', 'activity_rank')
    union all
    select
        metric_id,
        'a place among the numbers the company is steered by (is_managed)' as carried
    from activity_counts
    where is_managed
),

targeted as (
    select
        uses.metric_id,
        concat(
            uses.metric_id,
            ' carries ',
            uses.carried,
            '. A count of activity is a diagnostic, never a target: it can be met while deals get '
            'worse. Judge the ratio it is part of.'
        ) as sentence
    from uses
    inner join activity_counts on uses.metric_id = activity_counts.metric_id
)

select * from targeted
