{#-
    each_day(first_day, days): one row per day, `days` of them from the date `first_day` on; stands
    in a select list, once.
-#}
{% macro each_day(first_day, days) -%}
    {{ adapter.dispatch('each_day', 'sales_metrics')(first_day, days) }}
{%- endmacro %}

{% macro default__each_day(first_day, days) -%}
    {{ first_day }} + cast(unnest(range({{ days }})) as integer)
{%- endmacro %}

{% macro spark__each_day(first_day, days) -%}
    explode(
        slice(
            sequence({{ first_day }}, date_add({{ first_day }}, cast({{ days }} as int))),
            1,
            cast({{ days }} as int)
        )
    )
{%- endmacro %}
