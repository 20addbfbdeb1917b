{#- The fields that make up the state of an opportunity, each carried forward by itself. -#}
{% macro opportunity_fields() -%}
    {{ return([
        'stage_id', 'amount', 'close_date', 'rep_id', 'forecast_category', 'opportunity_type',
    ]) }}
{%- endmacro %}

{#-
    Empty state columns for an observation that tells of something else. `known`: column names the
    observation fills itself; the rest are typed nulls.
-#}
{% macro silent_fields(known=[]) -%}
    {%- set types = {
        'stage_id': dbt.type_string(), 'amount': 'decimal(18, 2)', 'close_date': 'date',
        'rep_id': dbt.type_string(), 'forecast_category': dbt.type_string(),
        'opportunity_type': dbt.type_string(),
    } -%}
    {%- for field in opportunity_fields() if field not in known -%}
        cast(null as {{ types[field] }}) as {{ field }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
