-- Each line is the deal's state after a change; what it leaves empty it does not tell.
select
    opportunity_id,
    changed_at,
    loader_sequence,
    change_id,
    stage_name,
    amount,
    close_date,
    rep_id,
    pipeline,
    upper(currency_code) as currency_code,
    segment_value,
    {{ crm_nulls(
        'opportunity_changes',
        ['forecast_category', 'opportunity_type', 'loss_reason', 'crm_probability']
    ) -}}
    {{ no_old_values() -}}
    false as tells_crm_probability
from {{ ref('stg_csv_export__stage_changes') }}
where not is_deleted
