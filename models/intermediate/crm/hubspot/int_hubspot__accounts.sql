with companies as (select * from {{ ref('stg_hubspot__companies') }}),

merged_records as (select * from {{ ref('int_hubspot__merges') }}),

accounts as (
    select
        companies.account_id,
        companies.parent_account_id,
        merged_records.survivor_id as master_account_id,
        companies.account_name,
        companies.rep_id,
        companies.industry,
        companies.employees,
        companies.annual_revenue,
        companies.billing_country,
        companies.segment_value,
        companies.created_at,
        companies.is_deleted
    from companies
    left join merged_records
        on companies.account_id = merged_records.merged_id
        and merged_records.record_kind = 'account'
)

select * from accounts
