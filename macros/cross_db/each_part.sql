{#- each_part(text): one row per comma-separated part; stands in a select list, once. -#}
{% macro each_part(text) -%}
    {{ adapter.dispatch('each_part', 'sales_metrics')(text) }}
{%- endmacro %}

{% macro default__each_part(text) -%}
    unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro spark__each_part(text) -%}
    explode(split({{ text }}, ','))
{%- endmacro %}
