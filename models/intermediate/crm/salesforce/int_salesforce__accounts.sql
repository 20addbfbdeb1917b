select
    account_id,
    parent_account_id,
    master_account_id,
    account_name,
    rep_id,
    industry,
    employees,
    annual_revenue,
    billing_country,
    segment_value,
    created_at,
    is_deleted
from {{ ref('stg_salesforce__accounts') }}
