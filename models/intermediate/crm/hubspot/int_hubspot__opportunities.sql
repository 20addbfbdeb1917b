-- A deal may be with many companies: the one that is labelled as its primary one counts, else the
-- one with the smallest id.
with deals as (select * from {{ ref('stg_hubspot__opportunities') }}),

merged_records as (select * from {{ ref('int_hubspot__merges') }}),

deal_companies as (select * from {{ ref('stg_hubspot__deal_companies') }}),

ranked_companies as (
    select
        opportunity_id,
        account_id,
        row_number() over (
            partition by opportunity_id
            order by
                case when type_id = 5 then 0 else 1 end asc,
                length(account_id) asc,
                account_id asc,
                type_id asc
        ) as choice
    from deal_companies
    where not is_deleted
),

int_hubspot__opportunities as (
    select
        deals.opportunity_id,
        ranked_companies.account_id,
        deals.rep_id,
        merged_records.survivor_id as merged_into_id,
        deals.opportunity_name,
        deals.stage_name,
        deals.pipeline,
        deals.amount,
        deals.currency_code,
        deals.crm_probability,
        {{ normalised_forecast_category('deals.forecast_category') }} as forecast_category,
        deals.opportunity_type,
        deals.lead_source,
        {{ crm_nulls('opportunities', ['campaign_id', 'qualified_at']) -}}
        deals.next_step,
        deals.loss_reason,
        deals.segment_value,
        deals.close_date,
        deals.created_at,
        deals.last_activity_on,
        greatest(deals.last_modified_at, deals.archived_at) as last_modified_at,
        deals.is_closed,
        deals.is_won,
        deals.is_deleted,
        deals.bad_values,
        {{ untold_fields('hubspot', 'deal', {
            'amount': ['amount'],
            'close_date': ['close_date'],
            'rep_id': ['owner_id'],
            'forecast_category': ['forecast_category'],
            'opportunity_type': ['deal_type'],
            'currency_code': ['currency'],
            'segment_value': ['segment'],
            'loss_reason': ['loss_reason'],
        }) }} as untold_fields
    from deals
    left join merged_records
        on deals.opportunity_id = merged_records.merged_id
        and merged_records.record_kind = 'opportunity'
    left join ranked_companies
        on deals.opportunity_id = ranked_companies.opportunity_id and ranked_companies.choice = 1
)

select * from int_hubspot__opportunities
