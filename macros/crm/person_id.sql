{#-
    Who a user of a CRM is, where several CRMs are in use: by the seed people_map, else the id with its
    source in front. With one CRM in use nobody has two ids, and nothing is looked up. Planning files name
    a person by the id of here.
-#}
{% macro person_id(crm, column) -%}
    {%- set people_map = configured('people_map') -%}
    {%- if crm_sources() | length == 1 -%}{{ return(column) }}{%- endif -%}
    coalesce(
            (
                select max(people_map.rep_id)
                from {{ people_map }} as people_map
                where people_map.source = '{{ crm }}' and people_map.crm_rep_id = crm_rows.{{ column }}
            ),
            {{ source_id(crm, column) }}
        )
{%- endmacro %}
