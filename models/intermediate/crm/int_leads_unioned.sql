-- Leads of every CRM in one vocabulary, those that exist on the as-of day. What a lead becomes
-- (becomes_*) is told even of a conversion to come: it only says where its activities were moved.
with salesforce as (select * from {{ ref('stg_salesforce__leads') }}),

csv_export as (select * from {{ ref('stg_csv_export__leads') }}),

merged_records as (select * from {{ ref('int_merges') }}),

unioned as (
    {% for crm in ['salesforce', 'csv_export'] -%}
    {% if not loop.first %}union all{% endif %}
    select
        {{ source_id(crm, 'lead_id') }} as lead_id,
        '{{ crm }}' as source,
        {{ source_id(crm, 'rep_id') }} as rep_id,
        created_at,
        status,
        lead_source,
        rating,
        is_converted,
        converted_on,
        {{ source_id(crm, 'converted_opportunity_id') }} as converted_opportunity_id,
        {{ source_id(crm, 'converted_contact_id') }} as converted_contact_id,
        {{ source_id(crm, 'converted_account_id') }} as converted_account_id,
        is_deleted
    from {{ crm }}
    {% endfor -%}
),

existing as (
    select
        unioned.lead_id,
        unioned.source,
        coalesce(unioned.rep_id, 'unassigned') as rep_id,
        unioned.created_at,
        {{ business_day('unioned.created_at') }} as created_on,
        unioned.status,
        unioned.lead_source,
        unioned.rating,
        coalesce(unioned.is_converted, false)
        and coalesce(unioned.converted_on <= {{ as_of_date() }}, true) as is_converted,
        case
            when unioned.converted_on <= {{ as_of_date() }} then unioned.converted_on
        end as converted_on,
        case
            when coalesce(unioned.converted_on <= {{ as_of_date() }}, true)
                then unioned.converted_opportunity_id
        end as converted_opportunity_id,
        unioned.converted_on as becomes_on,
        unioned.converted_opportunity_id as becomes_opportunity_id,
        unioned.converted_contact_id as becomes_contact_id,
        unioned.converted_account_id as becomes_account_id,
        merged_records.survivor_id as merged_into_lead_id,
        -- A merged lead is the survivor's: it is counted once.
        coalesce(unioned.is_deleted, false) or merged_records.survivor_id is not null as is_deleted
    from unioned
    left join merged_records
        on unioned.lead_id = merged_records.record_id and merged_records.record_kind = 'lead'
    where unioned.created_at is null or unioned.created_at < {{ as_of_end() }}
)

select * from existing
