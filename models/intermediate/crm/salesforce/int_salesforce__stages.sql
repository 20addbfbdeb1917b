select
    stage_name,
    default_probability as crm_probability
from {{ ref('stg_salesforce__opportunity_stages') }}
where not is_deleted
