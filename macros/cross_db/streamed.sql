{#-
    Stands between `as` and the bracket of a CTE that is read more than once and must not be copied
    into memory: `with picked as {{ streamed() }} (...)`. Spark never copies a CTE.
-#}
{% macro streamed() -%}
    {{ adapter.dispatch('streamed', 'sales_metrics')() }}
{%- endmacro %}

{% macro default__streamed() -%}
    not materialized
{%- endmacro %}

{% macro spark__streamed() -%}
{%- endmacro %}
