select
    rep_id,
    rep_name,
    team_id,
    role,
    segment,
    manager_id,
    starts_on,
    ends_on,
    {{ crm_nulls('people', ['created_at']) -}}
    is_active,
    true as is_rep_list
from {{ ref('stg_csv_export__reps') }}
