select
    spread.scope,
    spread.segment,
    spread.team_id,
    spread.period_start,
    spread.n,
    spread.metric_value,
    spread.reps_below_50,
    spread.reps_50_to_79,
    spread.reps_80_to_99,
    spread.reps_100_to_120,
    spread.reps_above_120,
    spread.p50
from marts.attainment_distribution as spread
where
    spread.period_type = 'quarter'
    and spread.scope in ('company', 'segment', 'team')
    and spread.metric_id = 'quota_attainment'
    and spread.is_complete
order by spread.scope, spread.segment, spread.team_id, spread.period_start
