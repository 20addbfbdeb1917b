-- Which record of a CRM was merged into which. A merge may name a record that is not there, or
-- that comes after the as-of day: then nothing stands for the merged one but itself.
{%- set masters = {
    'account': ('accounts', 'account_id', 'master_account_id'),
    'lead': ('leads', 'lead_id', 'merged_into_id'),
    'opportunity': ('opportunities', 'opportunity_id', 'merged_into_id'),
} %}
with
{%- for kind, (shape, id, master) in masters.items() %}
{{ shape }} as (select * from {{ ref('int_crm_' ~ shape) }}),

{{ kind }}_links as (
    select
        '{{ kind }}' as record_kind,
        merged.{{ id }} as record_id,
        merged.{{ master }} as master_id,
        masters.{{ id }} is not null as is_master_known
    from {{ shape }} as merged
    left join {{ shape }} as masters
        on merged.source = masters.source
        and merged.{{ master }} = masters.{{ id }}
        and (masters.created_at is null or masters.created_at < {{ as_of_end() }})
    where merged.{{ master }} <> merged.{{ id }}
        and (merged.created_at is null or merged.created_at < {{ as_of_end() }})
),
{% endfor %}
links as (
    {%- for kind in masters %}
    select * from {{ kind }}_links
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from links
