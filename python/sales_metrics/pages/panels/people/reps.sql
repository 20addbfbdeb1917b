select
    reps.rep_id,
    reps.rep_name,
    reps.team_id,
    reps.segment,
    reps.ramp_stage,
    reps.tenure_months,
    attainment.period_type,
    attainment.period_start,
    attainment.metric_value,
    attainment.peer_median,
    ranks.activity_rank,
    ranks.conversion_rank,
    ranks.peers,
    ranks.conversion_index,
    ranks.busy_not_converting
from marts.dim_reps as reps
left join marts.scorecard_rep as attainment
    on reps.rep_id = attainment.rep_id and attainment.metric_id = 'quota_attainment'
left join marts.rep_ranks as ranks on reps.rep_id = ranks.rep_id
where
    reps.is_active
    and reps.rep_id in (select listed.rep_id from marts.scorecard_rep as listed)
order by reps.segment, reps.team_id, reps.rep_name, reps.rep_id
