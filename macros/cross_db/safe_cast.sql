{#-
    safe_cast(expression, type): a value that is no text in another type, or null where it does not
    fit. Text goes through text_as (macros/staging/text_as.sql) first: engines do not read the same
    texts. dbt's own safe_cast is not used: on Spark it is a plain cast. Rounded before it becomes a
    whole number, because engines cut or round as they like.
-#}
{% macro safe_cast(expression, type) -%}
    {%- if type == 'bigint' -%}
        try_cast(round({{ expression }}, 0) as bigint)
    {%- else -%}
        try_cast({{ expression }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
