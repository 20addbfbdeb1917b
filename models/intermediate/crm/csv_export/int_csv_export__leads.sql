select
    lead_id,
    rep_id,
    created_at,
    status,
    lead_source,
    rating,
    is_converted,
    converted_on,
    converted_opportunity_id,
    converted_contact_id,
    converted_account_id,
    merged_into_id,
    is_deleted
from {{ ref('stg_csv_export__leads') }}
