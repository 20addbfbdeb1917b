-- Who is busy and not converting? One row per ranked rep: the rank by activity beside the rank by
-- what moved on, among peers of the same segment only. A wide gap between the two is a talk to
-- have, not a number to meet.
with rep_ranks as (select * from {{ ref('rep_ranks') }}),

reps as (select * from {{ ref('dim_reps') }}),

scorecard as (
    select
        rep_id,
        max(case when metric_id = 'quota_attainment' then metric_value end) as quota_attainment,
        max(avg_deal_size) as avg_deal_size
    from {{ ref('scorecard_rep') }}
    group by rep_id
),

ranked as (
    select
        reps.rep_name,
        rep_ranks.peer_segment,
        rep_ranks.peers,
        rep_ranks.activity_rank,
        rep_ranks.conversion_rank,
        rep_ranks.conversion_rank - rep_ranks.activity_rank as ranks_lost,
        rep_ranks.conversion_index,
        rep_ranks.n as stage_exits,
        scorecard.quota_attainment,
        scorecard.avg_deal_size,
        rep_ranks.busy_not_converting
    from rep_ranks
    inner join reps on rep_ranks.rep_id = reps.rep_id
    left join scorecard on rep_ranks.rep_id = scorecard.rep_id
)

select * from ranked
order by busy_not_converting desc, ranks_lost desc, rep_name asc
