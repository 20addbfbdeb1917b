select
    cards.rep_id,
    cards.peer_segment,
    cards.rep_team_id,
    cards.ramp_stage,
    cards.place,
    cards.metric_id,
    metrics.label,
    metrics.unit,
    cards.slice_type,
    cards.slice_id,
    cards.period_type,
    cards.period_start,
    cards.metric_value,
    cards.n,
    cards.status,
    cards.peer_rank,
    cards.peers,
    cards.peer_median,
    cards.timing
from marts.scorecard_rep as cards
left join marts.dim_metrics as metrics on cards.metric_id = metrics.metric_id
order by cards.rep_id, cards.place, cards.metric_id, cards.slice_id
