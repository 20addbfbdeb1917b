-- Open breaches beside which a scorecard shows the same metric and place with another status.
with breaches as (
    select *
    from {{ ref('kpi_breaches') }}
    where closed_on is null
),

shown as (
    select
        metric_id,
        segment,
        team_id,
        rep_id,
        'all' as slice_id,
        status
    from {{ ref('ceo_five') }}
    union all
    select
        metric_id,
        segment,
        team_id,
        rep_id,
        slice_id,
        status
    from {{ ref('scorecard_team') }}
    union all
    select
        metric_id,
        segment,
        team_id,
        rep_id,
        slice_id,
        status
    from {{ ref('scorecard_rep') }}
)

select shown.*
from shown
inner join breaches on {{ same_series('shown', 'breaches') }}
where shown.status <> 'below'
