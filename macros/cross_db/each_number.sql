{#-
    each_number(first, count): one row per whole number, `count` of them from `first` on; stands in a
    select list, once.
-#}
{% macro each_number(first, count) -%}
    {{ adapter.dispatch('each_number', 'sales_metrics')(first, count) }}
{%- endmacro %}

{% macro default__each_number(first, count) -%}
    {{ first }} + cast(unnest(range({{ count }})) as integer)
{%- endmacro %}

{% macro spark__each_number(first, count) -%}
    explode(sequence({{ first }}, {{ first }} + cast({{ count }} as int) - 1))
{%- endmacro %}
