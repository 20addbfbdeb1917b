select
    segment,
    team_id,
    rep_id,
    stage_id,
    health,
    count(*) as deals,
    cast(sum(amount) as decimal(28, 2)) as amount
from marts.fct_opportunities
where status = 'open'
group by segment, team_id, rep_id, stage_id, health
order by segment, team_id, rep_id, stage_id, health
