{#- The window of one opportunity's life, ordered by `instants` (one or more columns). -#}
{% macro over_deal(instants) -%}
    partition by opportunity_id order by {{ instants }}
{%- endmacro %}
