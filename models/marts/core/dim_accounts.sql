with accounts as (select * from {{ ref('int_accounts_resolved') }}),

dim_accounts as (
    select
        accounts.account_id,
        accounts.account_name,
        nullif(
            coalesce(parents.surviving_account_id, accounts.parent_account_id),
            accounts.account_id
        ) as parent_account_id,
        coalesce(
            accounts.segment_by_account_field, accounts.segment_by_account_rule, 'unassigned'
        ) as segment,
        accounts.industry,
        accounts.employees,
        accounts.annual_revenue,
        accounts.billing_country,
        coalesce(accounts.rep_id, 'unassigned') as rep_id,
        {{ business_day('accounts.created_at') }} as created_on,
        accounts.is_deleted
    from accounts
    left join accounts as parents on accounts.parent_account_id = parents.account_id
    where accounts.account_id = accounts.surviving_account_id
)

select * from dim_accounts
order by account_id
