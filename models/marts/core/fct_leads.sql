with leads as (select * from {{ ref('int_leads_unioned') }}),

responses as (select * from {{ ref('int_lead_responses') }}),

described as (
    select
        leads.lead_id,
        leads.rep_id,
        leads.created_at,
        leads.created_on,
        leads.status,
        leads.lead_source,
        leads.rating,
        responses.is_hot,
        responses.first_touch_at,
        case
            when responses.touches_known_from is not null
                then responses.first_touch_at is not null
        end as is_answered,
        cast(responses.response_minutes as double) as response_minutes,
        cast(responses.open_minutes_at_touch - responses.open_minutes_at_creation as double)
            as response_minutes_business,
        leads.is_converted,
        leads.converted_on,
        leads.converted_opportunity_id
    from leads
    inner join responses on leads.lead_id = responses.lead_id
)

select * from described
order by created_at, lead_id
