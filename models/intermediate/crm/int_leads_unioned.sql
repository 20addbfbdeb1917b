-- Leads of every CRM in one vocabulary, those that exist on the as-of day. What a lead becomes
-- (becomes_*) is told even of a conversion to come: it only says where its activities were moved.
with leads as (select * from {{ ref('int_crm_leads') }}),

merged_records as (select * from {{ ref('int_merges') }}),

leads_unioned as (
    select
        leads.lead_id,
        leads.source,
        coalesce(leads.rep_id, 'unassigned') as rep_id,
        leads.created_at,
        {{ business_day('leads.created_at') }} as created_on,
        leads.status,
        leads.lead_source,
        leads.rating,
        -- A list without that column tells it by what the lead became.
        coalesce(
            leads.is_converted,
            coalesce(
                cast(leads.converted_on as {{ dbt.type_string() }}),
                leads.converted_opportunity_id,
                leads.converted_contact_id,
                leads.converted_account_id
            ) is not null
        )
        and coalesce(leads.converted_on <= {{ as_of_date() }}, true) as is_converted,
        case
            when leads.converted_on <= {{ as_of_date() }} then leads.converted_on
        end as converted_on,
        case
            when coalesce(leads.converted_on <= {{ as_of_date() }}, true)
                then leads.converted_opportunity_id
        end as converted_opportunity_id,
        leads.converted_on as becomes_on,
        leads.converted_opportunity_id as becomes_opportunity_id,
        leads.converted_contact_id as becomes_contact_id,
        leads.converted_account_id as becomes_account_id,
        merged_records.survivor_id as merged_into_lead_id,
        -- A merged lead is the survivor's: it is counted once.
        coalesce(leads.is_deleted, false) or merged_records.survivor_id is not null as is_deleted
    from leads
    left join merged_records
        on leads.lead_id = merged_records.record_id and merged_records.record_kind = 'lead'
    where leads.created_at is null or leads.created_at < {{ as_of_end() }}
)

select * from leads_unioned
