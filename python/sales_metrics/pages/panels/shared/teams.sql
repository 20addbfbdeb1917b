select
    team_id,
    team_name
from marts.dim_teams
order by team_name, team_id
