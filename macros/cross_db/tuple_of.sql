{#- Several values as one that is ordered by the first, then the second, and so on. -#}
{% macro tuple_of(values) -%}
    {{ return(adapter.dispatch('tuple_of', 'sales_metrics')(values)) }}
{%- endmacro %}

{% macro default__tuple_of(values) -%}
    row({{ values | join(', ') }})
{%- endmacro %}

{% macro spark__tuple_of(values) -%}
    struct({{ values | join(', ') }})
{%- endmacro %}
