with leads as (select * from {{ ref('int_leads_unioned') }}),

described as (
    select
        lead_id,
        rep_id,
        created_at,
        created_on,
        status,
        lead_source,
        rating,
        is_converted,
        converted_on,
        converted_opportunity_id
    from leads
    where not is_deleted
)

select * from described
order by created_at, lead_id
