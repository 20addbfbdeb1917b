-- Accounts of every CRM as they stand on the as-of day. Where the CRM logs changes of what decides
-- the segment, they are as logged by then, whatever today's row says. Long, because each CRM is one
-- branch of the union.
with salesforce as (select * from {{ ref('stg_salesforce__accounts') }}),

csv_export as (select * from {{ ref('stg_csv_export__accounts') }}),

segment_rules as (select * from {{ ref('segment_rules') }}),

logged as (
    select *
    from {{ ref('int_account_versions') }}
    where valid_to is null
),

unioned as (
    select
        {{ source_id('salesforce', 'account_id') }} as account_id,
        {{ source_id('salesforce', 'parent_account_id') }} as parent_account_id,
        {{ source_id('salesforce', 'master_account_id') }} as master_account_id,
        account_name,
        {{ source_id('salesforce', 'rep_id') }} as rep_id,
        industry,
        employees,
        annual_revenue,
        billing_country,
        segment_value,
        created_at,
        is_deleted
    from salesforce
    where created_at is null or created_at < {{ as_of_end() }}
    union all
    select
        {{ source_id('csv_export', 'account_id') }} as account_id,
        {{ source_id('csv_export', 'parent_account_id') }} as parent_account_id,
        cast(null as {{ dbt.type_string() }}) as master_account_id,
        account_name,
        {{ source_id('csv_export', 'rep_id') }} as rep_id,
        industry,
        employees,
        annual_revenue,
        billing_country,
        segment_value,
        created_at,
        is_deleted
    from csv_export
    where created_at is null or created_at < {{ as_of_end() }}
),

-- A merge keeps the losing record as deleted and points it at the survivor, which may itself have
-- been merged later: two steps cover what CRMs allow in one clean-up.
survivors as (
    select
        unioned.*,
        coalesce(
            second_merge.master_account_id, first_merge.master_account_id, unioned.account_id
        ) as surviving_account_id
    from unioned
    left join unioned as first_merge
        on unioned.account_id = first_merge.account_id and first_merge.master_account_id is not null
    left join unioned as second_merge
        on first_merge.master_account_id = second_merge.account_id
        and second_merge.master_account_id is not null
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

segmented as (
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

select * from segmented
