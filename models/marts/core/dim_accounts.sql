with accounts as (select * from {{ ref('int_accounts_resolved') }}),

surviving as (
    select
        account_id,
        account_name,
        parent_account_id,
        coalesce(segment_by_account_field, segment_by_account_rule, 'unassigned') as segment,
        industry,
        employees,
        annual_revenue,
        billing_country,
        coalesce(rep_id, 'unassigned') as rep_id,
        {{ business_day('created_at') }} as created_on,
        is_deleted
    from accounts
    where account_id = surviving_account_id
)

select * from surviving
order by account_id
