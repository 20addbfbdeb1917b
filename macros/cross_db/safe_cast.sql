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

{#-
    Spark takes more for a date or a number than DuckDB does: '2025', '2025-09-29 or so', '1d'. And
    '12.5' is a whole number, rounded, to DuckDB alone, hence the way through a decimal.
-#}
{% macro spark__safe_cast(expression, type) -%}
    {%- if type == 'bigint' -%}
        try_cast(round(try_cast({{ expression }} as decimal(38, 9)), 0) as bigint)
    {%- elif type == 'date' -%}
        case
            when {{ expression }} rlike '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T]+[0-9].*)?$'
                then try_cast(replace({{ expression }}, '/', '-') as date)
        end
    {%- elif type == 'double' -%}
        case
            when not cast({{ expression }} as string) rlike '[0-9.][dDfF]$'
                then try_cast({{ expression }} as double)
        end
    {%- else -%}
        try_cast({{ expression }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
