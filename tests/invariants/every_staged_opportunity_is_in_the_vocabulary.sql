-- Only what was created after the as-of day may be missing, with or without a date.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

staged as (
    {%- for crm in known_crm_sources() %}
    select {{ source_id(crm, 'opportunity_id') }} as opportunity_id
    from {{ ref('stg_' ~ crm ~ '__opportunities') }}
    where created_at is null or created_at < {{ as_of_end() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

lost as (
    select staged.opportunity_id
    from staged
    anti join opportunities on staged.opportunity_id = opportunities.opportunity_id
)

select * from lost
