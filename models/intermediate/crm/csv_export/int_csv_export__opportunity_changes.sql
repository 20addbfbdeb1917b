-- Each line is the deal's state after a change; what it leaves empty it does not tell. A line that
-- was deleted was a mistake, unless it went with its deal: then it happened.
with changes as (select * from {{ ref('stg_csv_export__stage_changes') }}),

deleted_deals as (
    select opportunity_id
    from {{ ref('stg_csv_export__opportunities') }}
    where is_deleted
)

select
    changes.opportunity_id,
    changes.changed_at,
    changes.loader_sequence,
    changes.change_id,
    changes.stage_name,
    changes.amount,
    changes.close_date,
    changes.rep_id,
    changes.pipeline,
    upper(changes.currency_code) as currency_code,
    changes.segment_value,
    {{ crm_nulls(
        'opportunity_changes',
        ['forecast_category', 'opportunity_type', 'loss_reason', 'crm_probability']
    ) -}}
    {{ no_old_values() -}}
    false as tells_crm_probability
from changes
left join deleted_deals on changes.opportunity_id = deleted_deals.opportunity_id
where not changes.is_deleted or deleted_deals.opportunity_id is not null
