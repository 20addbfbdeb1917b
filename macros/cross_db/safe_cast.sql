{#-
    safe_cast(expression, type): the value in the type, or null where it does not fit.
    dbt's own safe_cast is not used: on Spark it is a plain cast.
-#}
{% macro safe_cast(expression, type) -%}
    {{ adapter.dispatch('safe_cast', 'sales_metrics')(expression, type) }}
{%- endmacro %}

{% macro default__safe_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{#- '12.0' is a whole number to DuckDB and not to Spark, hence the way through a decimal. -#}
{% macro spark__safe_cast(expression, type) -%}
    {%- if type == 'bigint' -%}
        try_cast(try_cast({{ expression }} as decimal(20,2)) as bigint)
    {%- else -%}
        try_cast({{ expression }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
