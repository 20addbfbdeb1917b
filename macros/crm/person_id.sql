{#-
    Who a user of a CRM is, where several CRMs are in use: by the seed people_map, else the id with its
    source in front. With one CRM in use nobody has two ids, and nothing is looked up.

    person_id(crm, column)    of an id as the CRM has it
    planned_person(column)    of an id as a planning file has it
-#}
{% macro person_id(crm, column) -%}
    {%- set people_map = ref('people_map') -%}
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

{% macro planned_person(column) -%}
    {%- set people_map = ref('people_map') -%}
    {%- if crm_sources() | length == 1 -%}{{ return(column) }}{%- endif -%}
    coalesce(
            (
                select max(mapped.person)
                from (
                    select
                        source || ':' || crm_rep_id as written,
                        rep_id as person
                    from {{ people_map }}
                ) as mapped
                where mapped.written = source.{{ column }}
            ),
            {{ column }}
        )
{%- endmacro %}
