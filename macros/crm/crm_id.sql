{#-
    An id of any CRM as planning files write it, prefixed by its source where several are in use, each
    CRM cleaning its own (`<crm>__planned_id`).
        expression    a trimmed text
        key_prefixes  what the ids of its kind begin with, in a CRM whose ids tell their kind
-#}
{% macro crm_id(expression, key_prefixes) -%}
    {%- set read = [expression] -%}
    {%- for crm in crm_sources() if crm_macro(crm, 'planned_id') -%}
        {%- set prefix = crm ~ ':' if crm_sources() | length > 1 else '' -%}
        {%- do read.append(crm_macro(crm, 'planned_id')(read[-1], prefix, key_prefixes)) -%}
    {%- endfor -%}
    {{ read[-1] }}
{%- endmacro %}

{#- What a CRM does its own way: the macro `<crm>__<name>` of macros/crm/<crm>; none: nothing special. -#}
{% macro crm_macro(crm, name) -%}
    {{ return(context.get(crm ~ '__' ~ name)) }}
{%- endmacro %}
