{#- The fields that make up the state of an opportunity, each carried forward by itself. -#}
{% macro opportunity_fields() -%}
    {{ return([
        'stage_id', 'amount', 'currency_code', 'close_date', 'rep_id', 'forecast_category',
        'opportunity_type', 'segment_value', 'loss_reason',
    ]) }}
{%- endmacro %}

{#-
    Empty state columns for an observation that tells of something else. `known`: column names the
    observation fills itself; the rest are typed nulls.
-#}
{% macro silent_fields(known=[]) -%}
    {%- set types = {
        'amount': 'decimal(18, 2)', 'close_date': 'date',
    } -%}
    {%- for field in opportunity_fields() if field not in known -%}
        cast(null as {{ types.get(field, dbt.type_string()) }}) as {{ field }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
