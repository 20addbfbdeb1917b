-- What the CRM says now of the attributes it may keep no history of: what `sales-metrics remember`
-- writes down, so that a later edit does not restate the past (int_attributes_remembered).
{%- set shapes = [
    ('account', 'accounts', 'account_id', {
        'segment': 'segment_value', 'employees': 'employees',
    }),
    ('opportunity', 'opportunities', 'opportunity_id', {
        'segment': 'segment_value', 'loss_reason': 'loss_reason',
    }),
] %}
with
{%- for crm in known_crm_sources() %}
{%- set is_last_crm = loop.last %}
{%- for kind, table, id, attributes in shapes %}
{{ crm }}_{{ table }} as (
    select *
    from {{ ref('stg_' ~ crm ~ '__' ~ table) }}
    where created_at is null or created_at < {{ as_of_end() }}
),
{% endfor -%}
{% endfor %}
stated as (
    {%- for crm in known_crm_sources() %}
    {%- set is_last_crm = loop.last %}
    {%- for kind, table, id, attributes in shapes %}
    {%- set is_last_shape = loop.last %}
    {%- for attribute, column in attributes.items() %}
    select
        '{{ crm }}' as source,
        '{{ kind }}' as record_kind,
        {{ source_id(crm, id) }} as record_id,
        '{{ attribute }}' as attribute_name,
        cast({{ column }} as {{ dbt.type_string() }}) as attribute_value
    from {{ crm }}_{{ table }}
    {{ 'union all' if not (loop.last and is_last_shape and is_last_crm) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
)

select * from stated
