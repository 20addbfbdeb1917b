with salesforce as (select * from {{ ref('stg_salesforce__leads') }}),

csv_export as (select * from {{ ref('stg_csv_export__leads') }}),

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
        is_deleted
    from {{ crm }}
    {% endfor -%}
),

existing as (
    select
        lead_id,
        source,
        coalesce(rep_id, 'unassigned') as rep_id,
        created_at,
        {{ business_day('created_at') }} as created_on,
        status,
        lead_source,
        rating,
        coalesce(is_converted, false)
        and coalesce(converted_on <= {{ as_of_date() }}, true) as is_converted,
        case when converted_on <= {{ as_of_date() }} then converted_on end as converted_on,
        case
            when coalesce(converted_on <= {{ as_of_date() }}, true) then converted_opportunity_id
        end
            as converted_opportunity_id,
        is_deleted
    from unioned
    where created_at is null or created_at < {{ as_of_end() }}
)

select * from existing
