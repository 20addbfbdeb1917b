-- What the CRM says now of the attributes it may keep no history of: what `sales-metrics remember`
-- writes down, so that a later edit does not restate the past (int_attributes_remembered).
{%- set attributes = [
    ('account', 'accounts', 'account_id', 'segment', 'segment_value'),
    ('account', 'accounts', 'account_id', 'employees', 'employees'),
    ('opportunity', 'opportunities', 'opportunity_id', 'segment', 'segment_value'),
    ('opportunity', 'opportunities', 'opportunity_id', 'loss_reason', 'loss_reason'),
] %}
with accounts as (select * from {{ ref('int_crm_accounts') }}),

opportunities as (select * from {{ ref('int_crm_opportunities') }}),

stated as (
    {%- for kind, shape, id, attribute, column in attributes %}
    select
        source,
        '{{ kind }}' as record_kind,
        {{ id }} as record_id,
        '{{ attribute }}' as attribute_name,
        cast({{ column }} as {{ dbt.type_string() }}) as attribute_value
    from {{ shape }}
    where created_at is null or created_at < {{ as_of_end() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from stated
