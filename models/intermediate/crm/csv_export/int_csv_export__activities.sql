-- A file of activities is a log: what does not say otherwise was done.
select
    activity_id,
    'activity' as record_kind,
    activity_type as raw_type,
    subtype as raw_subtype,
    disposition as raw_disposition,
    direction as raw_direction,
    status as raw_status,
    outcome as raw_outcome,
    rep_id,
    opportunity_id,
    account_id,
    lead_id,
    contact_id,
    coalesce(created_at, started_at, completed_at) as created_at,
    coalesce(completed_at, started_at, created_at) as occurred_at,
    due_on,
    is_closed,
    true as is_done_unless_told,
    is_deleted
from {{ ref('stg_csv_export__activities') }}
where not coalesce(is_recurrence, false)
