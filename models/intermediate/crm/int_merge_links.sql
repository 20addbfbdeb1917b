-- Which record of a CRM was merged into which. A merge may name a record that is not there, or
-- that comes after the as-of day: then nothing stands for the merged one but itself.
with
{%- set tables = [
    ('account', 'salesforce', 'accounts', 'account_id', 'master_account_id'),
    ('account', 'csv_export', 'accounts', 'account_id', 'master_account_id'),
    ('lead', 'salesforce', 'leads', 'lead_id', 'merged_into_id'),
    ('lead', 'csv_export', 'leads', 'lead_id', 'merged_into_id'),
    ('opportunity', 'salesforce', 'opportunities', 'opportunity_id', 'merged_into_id'),
    ('opportunity', 'csv_export', 'opportunities', 'opportunity_id', 'merged_into_id'),
] %}
{%- for kind, crm, table, id, master in tables %}
{{ crm }}_{{ table }} as (
    select
        '{{ kind }}' as record_kind,
        {{ source_id(crm, 'merged.' ~ id) }} as record_id,
        {{ source_id(crm, 'merged.' ~ master) }} as master_id,
        masters.{{ id }} is not null as is_master_known
    from {{ ref('stg_' ~ crm ~ '__' ~ table) }} as merged
    left join {{ ref('stg_' ~ crm ~ '__' ~ table) }} as masters
        on merged.{{ master }} = masters.{{ id }}
        and (masters.created_at is null or masters.created_at < {{ as_of_end() }})
    where merged.{{ master }} <> merged.{{ id }}
        and (merged.created_at is null or merged.created_at < {{ as_of_end() }})
),
{% endfor %}
links as (
    {%- for kind, crm, table, id, master in tables %}
    select * from {{ crm }}_{{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from links
