{#- hash_64(expression): a fast 64-bit hash, also of null; for grouping, never shown or kept. -#}
{% macro hash_64(expression) -%}
    {{ adapter.dispatch('hash_64', 'sales_metrics')(expression) }}
{%- endmacro %}

{% macro default__hash_64(expression) -%}
    hash({{ expression }})
{%- endmacro %}

{% macro spark__hash_64(expression) -%}
    xxhash64({{ expression }})
{%- endmacro %}
