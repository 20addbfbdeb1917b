{#-
    What HubSpot's log of properties calls a field of the deal.

    hubspot__property_field(name)   the field of ours that a logged property stands for; null for one
                                    nobody follows
    hubspot__logged_value(...)      a logged text in the type of its field; null where it cannot be read
-#}
{% macro hubspot__property_columns() -%}
    {{ return({
        'stage_name': ['stage_id', 'dealstage'],
        'amount': ['amount', 'amount'],
        'close_date': ['close_date', 'closedate'],
        'rep_id': ['owner_id', 'hubspot_owner_id'],
        'pipeline': ['pipeline_id', 'pipeline'],
        'currency_code': ['currency', 'deal_currency_code'],
        'opportunity_type': ['deal_type', 'dealtype'],
        'loss_reason': ['loss_reason', 'closed_lost_reason'],
        'forecast_category': ['forecast_category', 'hs_manual_forecast_category'],
        'segment_value': ['segment', 'segment'],
    }) }}
{%- endmacro %}

{#- Whose property has another name in an organisation, has it in the log too. -#}
{% macro hubspot__property_field(name) -%}
    case lower({{ name }})
            {%- for field, names in hubspot__property_columns().items() %}
            {%- set own = own_names('hubspot', 'deal', names[0]) %}
            {%- for property in own or [names[1]] %}
            when '{{ modules.re.sub("^propert(y|ies)_", "", property | lower) }}' then '{{ field }}'
            {%- endfor %}
            {%- endfor %}
        end
{%- endmacro %}

{% macro hubspot__logged_value(value, column, type) -%}
    {%- set formats = {'date': 'iso', 'amount': 'plain'} -%}
    {%- set field = {'type': type, 'instants': 'always', 'millis': true} -%}
    {#- A unit test has no source to declare a range. -#}
    {%- if execute and graph.sources is defined -%}
        {%- set contract = raw_table_contract('hubspot', 'deal') -%}
        {%- do field.update({'range': contract.columns[column].meta.get('range')}) -%}
    {%- endif -%}
    {{ cast_raw(value, 'varchar', field, formats) }}
{%- endmacro %}

{#- One row per id of a list with semicolons between. -#}
{% macro hubspot__merged_ids(ids) -%}
    {{ each_part("replace(" ~ ids ~ ", ';', ',')") }}
{%- endmacro %}
