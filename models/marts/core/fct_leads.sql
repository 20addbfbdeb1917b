with leads as (select * from {{ ref('int_leads_unioned') }}),

responses as (select * from {{ ref('int_lead_responses') }}),

fct_leads as (
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
            when responses.first_touch_at is not null then true
            when responses.touches_known_from is not null then false
        end as is_answered,
        {{ micros_as_minutes('responses.response_micros') }} as response_minutes,
        {{ micros_as_minutes(
            '(responses.open_micros_at_touch - responses.open_micros_at_creation)'
        ) }} as response_minutes_business,
        leads.is_converted,
        leads.converted_on,
        leads.converted_opportunity_id
    from leads
    inner join responses on leads.lead_id = responses.lead_id
)

select * from fct_leads
order by created_at, lead_id
