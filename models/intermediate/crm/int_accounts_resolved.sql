with salesforce as (select * from {{ ref('stg_salesforce__accounts') }}),

csv_export as (select * from {{ ref('stg_csv_export__accounts') }}),

merged_records as (select * from {{ ref('int_merges') }}),

segment_rules as (select * from {{ ref('segment_rules') }}),

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
        {{ source_id('csv_export', 'master_account_id') }} as master_account_id,
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

-- A merge keeps the losing record as deleted and points it at the survivor.
survivors as (
    select
        unioned.*,
        coalesce(merged_records.survivor_id, unioned.account_id) as surviving_account_id
    from unioned
    left join merged_records
        on unioned.account_id = merged_records.record_id and merged_records.record_kind = 'account'
),

segmented as (
    select
        survivors.*,
        coalesce(named.segment, survivors.segment_value) as segment_by_account_field,
        sized.segment as segment_by_account_rule
    from survivors
    left join segment_rules as named
        on named.rule = 'field_value' and lower(survivors.segment_value) = named.raw_value
    left join segment_rules as sized
        on sized.rule = 'employees'
        and survivors.employees >= coalesce(sized.lower_bound, 0)
        and (survivors.employees < sized.upper_bound or sized.upper_bound is null)
)

select * from segmented
