{#-
    each_number(first, count): one row per whole number, `count` of them from `first` on, none for 0;
    stands in a select list, once. Spark's sequence would count down, so it goes one too far and is cut.
-#}
{% macro each_number(first, count) -%}
    {{ adapter.dispatch('each_number', 'sales_metrics')(first, count) }}
{%- endmacro %}

{% macro default__each_number(first, count) -%}
    {{ first }} + cast(unnest(range({{ count }})) as integer)
{%- endmacro %}

{% macro spark__each_number(first, count) -%}
    explode(slice(sequence({{ first }}, {{ first }} + {{ count }}), 1, cast({{ count }} as int)))
{%- endmacro %}
