-- Accounts of every CRM as they stand on the as-of day. Where the CRM logs changes of what decides
-- the segment, they are as logged by then, whatever today's row says.
with accounts as (select * from {{ ref('int_crm_accounts') }}),

merged_records as (select * from {{ ref('int_merges') }}),

segment_rules as (select * from {{ configured('segment_rules') }}),

logged as (
    select *
    from {{ ref('int_account_versions') }}
    where valid_to is null
),

-- A merge keeps the losing record as deleted and points it at the survivor.
survivors as (
    select
        accounts.*,
        coalesce(merged_records.survivor_id, accounts.account_id) as surviving_account_id
    from accounts
    left join merged_records
        on accounts.account_id = merged_records.record_id and merged_records.record_kind = 'account'
    where accounts.created_at is null or accounts.created_at < {{ as_of_end() }}
),

known as (
    select
        survivors.account_id,
        survivors.surviving_account_id,
        survivors.parent_account_id,
        survivors.master_account_id,
        survivors.account_name,
        survivors.rep_id,
        survivors.industry,
        case when logged.account_id is null then survivors.employees else logged.employees end
            as employees,
        survivors.annual_revenue,
        survivors.billing_country,
        case
            when logged.account_id is null then survivors.segment_value
            else logged.segment_value
        end as segment_value,
        survivors.created_at,
        survivors.is_deleted
    from survivors
    left join logged on survivors.account_id = logged.account_id
),

accounts_resolved as (
    select
        known.*,
        coalesce(named.segment, known.segment_value) as segment_by_account_field,
        sized.segment as segment_by_account_rule
    from known
    left join segment_rules as named
        on named.rule = 'field_value' and lower(known.segment_value) = named.raw_value
    left join segment_rules as sized
        on sized.rule = 'employees'
        and known.employees >= coalesce(sized.lower_bound, 0)
        and (known.employees < sized.upper_bound or sized.upper_bound is null)
)

select * from accounts_resolved
