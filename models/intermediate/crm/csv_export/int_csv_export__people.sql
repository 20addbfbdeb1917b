-- Whoever was deleted from the list is no longer at work; the deals and the past of their own stay.
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
    is_active and not is_deleted as is_active,
    true as is_rep_list
from {{ ref('stg_csv_export__reps') }}
