select
    rep_id,
    rep_name,
    team_id,
    segment,
    role,
    ramp_stage,
    tenure_months,
    is_active
from marts.dim_reps
order by rep_name, rep_id
