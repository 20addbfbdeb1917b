{#- What stands at a place of an array; the first place is 1. `array`, `place`: as SQL. -#}
{% macro item_of(array, place) -%}
    {{ return(adapter.dispatch('item_of', 'sales_metrics')(array, place)) }}
{%- endmacro %}

{% macro default__item_of(array, place) -%}
    array_extract({{ array }}, {{ place }})
{%- endmacro %}

{% macro spark__item_of(array, place) -%}
    element_at({{ array }}, {{ place }})
{%- endmacro %}
