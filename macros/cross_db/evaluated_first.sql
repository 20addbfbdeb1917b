{#-
    Stands between `as` and the bracket of a CTE whose joins must be made before those of its reader:
    `with numbered as {{ evaluated_first() }} (...)`. DuckDB orders all joins of a query by guesses
    of their size and is far off behind several of them; Spark, without statistics, keeps to the order
    it reads.
-#}
{% macro evaluated_first() -%}
    {{ adapter.dispatch('evaluated_first', 'sales_metrics')() }}
{%- endmacro %}

{% macro default__evaluated_first() -%}
    materialized
{%- endmacro %}

{% macro spark__evaluated_first() -%}
{%- endmacro %}
