select
    cards.scope,
    cards.segment,
    cards.team_id,
    cards.place,
    cards.metric_id,
    metrics.label,
    metrics.unit,
    cards.period_type,
    cards.period_start,
    cards.metric_value,
    cards.n,
    cards.status,
    cards.benchmark,
    cards.attainment_p25,
    cards.attainment_p50,
    cards.attainment_p75,
    cards.reps_at_100,
    cards.reps_with_quota,
    cards.top_two_share
from marts.scorecard_team as cards
left join marts.dim_metrics as metrics on cards.metric_id = metrics.metric_id
where cards.scope in ('company', 'segment', 'team')
order by
    case cards.scope when 'company' then 1 when 'segment' then 2 else 3 end,
    cards.segment,
    cards.team_id,
    cards.place
