-- What a rep answers for, compared with peers of the same segment and ramp stage only. Who still
-- ramps is shown and not ranked. Activity stands here as a rank beside the conversion rank, never
-- as a number to meet. Long, because peer groups and ranks among them are found here.
with scorecard_metrics as (select * from {{ configured('scorecard_metrics') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

kpi_status as (select * from {{ ref('kpi_status') }}),

metrics as (select * from {{ configured('metrics') }}),

reps as (select * from {{ ref('dim_reps') }}),

rep_ranks as (select * from {{ ref('rep_ranks') }}),

-- Sells through others: no peer of a rep.
managers as (
    select rep_id
    from {{ ref('int_managers_by_day') }}
    where calendar_day = {{ as_of_date() }}
),

shown as (
    select
        scorecard_metrics.role,
        scorecard_metrics.place,
        current_values.*,
        reps.segment as peer_segment,
        reps.team_id as rep_team_id,
        reps.ramp_stage,
        metrics.better,
        current_values.metric_value is not null
        and current_values.n >= current_values.min_n
        and reps.ramp_stage <> 'ramping' as is_ranked
    from scorecard_metrics
    inner join current_values on scorecard_metrics.metric_id = current_values.metric_id
    inner join metrics on scorecard_metrics.metric_id = metrics.metric_id
    inner join reps on current_values.rep_id = reps.rep_id
    anti join managers on current_values.rep_id = managers.rep_id
    where scorecard_metrics.scorecard = 'rep'
        and scorecard_metrics.role in ('value', 'beside')
        and current_values.scope = 'rep'
        and reps.is_active
),

beside as (
    select
        rep_id,
        metric_value as avg_deal_size
    from shown
    where role = 'beside' and metric_id = 'avg_deal_size_t90'
),

peer_groups as (
    select
        metric_id,
        slice_id,
        peer_segment,
        ramp_stage,
        median(metric_value) as peer_median,
        count(*) as peers
    from shown
    where is_ranked
    group by metric_id, slice_id, peer_segment, ramp_stage
),

peer_ranks as (
    select
        metric_id,
        slice_id,
        rep_id,
        rank() over (
            partition by metric_id, slice_id, peer_segment, ramp_stage
            order by case when better = 'up' then -metric_value else metric_value end asc
        ) as peer_rank
    from shown
    where is_ranked
),

scorecard_rep as (
    select
        {{ as_of_date() }} as as_of_date,
        shown.scope,
        shown.segment,
        shown.team_id,
        shown.rep_id,
        shown.peer_segment,
        shown.rep_team_id,
        shown.ramp_stage,
        cast(shown.place as bigint) as place,
        shown.metric_id,
        shown.slice_type,
        shown.slice_id,
        shown.period_type,
        shown.period_start,
        shown.metric_value,
        cast(shown.n as bigint) as n,
        {{ scorecard_status('shown', 'kpi_status') }} as status,
        cast(peer_ranks.peer_rank as bigint) as peer_rank,
        cast(peer_groups.peers as bigint) as peers,
        peer_groups.peer_median,
        rep_ranks.activity_rank,
        rep_ranks.conversion_rank,
        coalesce(rep_ranks.busy_not_converting, false) as busy_not_converting,
        beside.avg_deal_size,
        shown.timing,
        'rep' as tier
    from shown
    left join kpi_status on {{ same_kpi('shown', 'kpi_status') }}
    left join peer_groups
        on shown.metric_id = peer_groups.metric_id
        and shown.slice_id = peer_groups.slice_id
        and shown.peer_segment = peer_groups.peer_segment
        and shown.ramp_stage = peer_groups.ramp_stage
    left join peer_ranks
        on shown.metric_id = peer_ranks.metric_id
        and shown.slice_id = peer_ranks.slice_id
        and shown.rep_id = peer_ranks.rep_id
    left join rep_ranks on shown.rep_id = rep_ranks.rep_id
    left join beside on shown.rep_id = beside.rep_id
    where shown.role = 'value'
)

select * from scorecard_rep
order by rep_id, place, slice_id
