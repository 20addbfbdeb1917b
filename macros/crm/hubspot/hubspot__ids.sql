{#-
    Ids are numbers. Where several CRMs are in use and no export of another CRM, whose ids may be numbers
    too, one without its source in front is HubSpot's.
-#}
{% macro hubspot__planned_id(expression, source_prefix, key_prefixes) -%}
    {%- if source_prefix and 'csv_export' not in crm_sources() -%}
    case
        when {{ text_matches(expression, '[0-9]+') }} then '{{ source_prefix }}' || {{ expression }}
        else {{ expression }}
    end
    {%- else -%}
    {{ expression }}
    {%- endif -%}
{%- endmacro %}
