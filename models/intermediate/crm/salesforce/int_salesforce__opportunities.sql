-- The label of a forecast category can be renamed and translated: it stands in only where the API
-- value is missing.
with opportunities as (select * from {{ ref('stg_salesforce__opportunities') }}),

category_labels as (select * from {{ ref('int_salesforce__forecast_category_labels') }}),

int_salesforce__opportunities as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.rep_id,
        opportunities.merged_into_id,
        opportunities.opportunity_name,
        opportunities.stage_name,
        opportunities.pipeline,
        opportunities.amount,
        opportunities.currency_code,
        opportunities.crm_probability,
        coalesce(
            {{ normalised_forecast_category('opportunities.forecast_category') }},
            category_labels.forecast_category,
            {{ normalised_forecast_category('opportunities.forecast_category_label') }}
        ) as forecast_category,
        opportunities.opportunity_type,
        opportunities.lead_source,
        opportunities.campaign_id,
        opportunities.next_step,
        opportunities.loss_reason,
        opportunities.segment_value,
        opportunities.close_date,
        opportunities.created_at,
        {{ crm_nulls('opportunities', ['qualified_at']) -}}
        opportunities.last_activity_on,
        opportunities.last_modified_at,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.is_deleted,
        opportunities.bad_values,
        {{ untold_fields('salesforce', 'opportunity', {
            'amount': ['amount'],
            'close_date': ['close_date'],
            'rep_id': ['owner_id'],
            'forecast_category': ['forecast_category_name', 'forecast_category'],
            'opportunity_type': ['type'],
            'currency_code': ['currency_iso_code'],
            'segment_value': ['segment'],
            'loss_reason': ['loss_reason'],
        }) }} as untold_fields
    from opportunities
    left join category_labels
        on lower(opportunities.forecast_category_label) = category_labels.category_label
)

select * from int_salesforce__opportunities
