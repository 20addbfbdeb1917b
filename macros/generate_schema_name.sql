{#-
    Schemas carry the room's name as written: dashboards read `marts`, whoever built it. Where this
    project is a package, the root project's own rule names them, else dbt's.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if project_name == 'sales_metrics' -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- elif (context.get(project_name) or {}).get('generate_schema_name') -%}
        {{ context[project_name].generate_schema_name(custom_schema_name, node) }}
    {%- else -%}
        {{ dbt.default__generate_schema_name(custom_schema_name, node) }}
    {%- endif -%}
{%- endmacro %}
