-- What a team answers for, and nothing of a single rep.
with scorecard_metrics as (select * from {{ configured('scorecard_metrics') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

kpi_status as (select * from {{ ref('kpi_status') }}),

attainment as (select * from {{ ref('attainment_distribution') }}),

team_rows as (
    select
        scorecard_metrics.place,
        current_values.*
    from scorecard_metrics
    inner join current_values on scorecard_metrics.metric_id = current_values.metric_id
    where scorecard_metrics.scorecard = 'team'
        and scorecard_metrics.role = 'value'
        and current_values.rep_id = 'all'
),

scorecard_team as (
    select
        {{ as_of_date() }} as as_of_date,
        team_rows.scope,
        team_rows.segment,
        team_rows.team_id,
        team_rows.rep_id,
        cast(team_rows.place as bigint) as place,
        team_rows.metric_id,
        team_rows.slice_type,
        team_rows.slice_id,
        team_rows.period_type,
        team_rows.period_start,
        team_rows.metric_value,
        cast(team_rows.n as bigint) as n,
        {{ scorecard_status('team_rows', 'kpi_status') }} as status,
        team_rows.baseline_value,
        kpi_status.benchmark,
        attainment.p25 as attainment_p25,
        attainment.p50 as attainment_p50,
        attainment.p75 as attainment_p75,
        attainment.reps_at_100,
        attainment.n as reps_with_quota,
        attainment.top_two_share,
        team_rows.timing,
        'team' as tier
    from team_rows
    left join kpi_status on {{ same_kpi('team_rows', 'kpi_status') }}
    left join attainment
        on team_rows.metric_id = attainment.metric_id
        and team_rows.period_type = attainment.period_type
        and team_rows.period_start = attainment.period_start
        and team_rows.scope = attainment.scope
        and team_rows.segment = attainment.segment
        and team_rows.team_id = attainment.team_id
)

select * from scorecard_team
order by scope, segment, team_id, place, slice_id
