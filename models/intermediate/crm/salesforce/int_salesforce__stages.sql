select
    stage_name,
    default_probability as crm_probability,
    {{ crm_nulls('stages', [
        'pipeline', 'pipeline_label', 'stage_label', 'stage_order', 'is_won', 'is_lost',
        'is_undecided',
    ]) -}}
    is_deleted
from {{ ref('stg_salesforce__opportunity_stages') }}
where not is_deleted
