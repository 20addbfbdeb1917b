{#-
    What a field is called in the log of field changes of Salesforce. The log names fields by their
    API name, whatever the loader called the column: names compare in lower case, without underscores
    and, for custom fields, with or without the c behind.

    logged_field_names(field): {own: names the var raw_columns gives, plain: names every organisation
    has}; one that is own and not plain is another field than the plain one.
-#}
{% macro logged_field_names(field) -%}
    {%- set known = {
        'stage_name': {'columns': ['stage_name'], 'plain': ['stagename']},
        'amount': {'columns': ['amount'], 'plain': ['amount']},
        'currency_code': {
            'columns': ['currency_iso_code'], 'plain': ['currencyisocode', 'currencycode'],
        },
        'close_date': {'columns': ['close_date'], 'plain': ['closedate']},
        'rep_id': {'columns': ['owner_id'], 'plain': ['owner', 'ownerid']},
        'forecast_category': {
            'columns': ['forecast_category', 'forecast_category_name'],
            'plain': ['forecastcategory', 'forecastcategoryname'],
        },
        'opportunity_type': {'columns': ['type'], 'plain': ['type']},
        'pipeline': {'columns': ['record_type_id'], 'plain': ['recordtype', 'recordtypeid']},
        'segment_value': {
            'columns': ['segment'],
            'plain': ['segment', 'segmentc', 'marketsegment', 'marketsegmentc'],
        },
        'loss_reason': {
            'columns': ['loss_reason'],
            'plain': [
                'lossreason', 'lossreasonc', 'lostreason', 'lostreasonc', 'closedlostreason',
                'closedlostreasonc',
            ],
        },
    }[field] -%}
    {%- set own = [] -%}
    {%- for column in known.columns -%}
        {%- for table in ['opportunity', 'opportunity_history'] -%}
            {%- for name in own_names('salesforce', table, column) -%}
                {%- set letters = name | lower | replace('_', '') -%}
                {%- set is_custom = modules.re.search('_c$', name | lower) -%}
                {%- set bare = letters[:-1] if is_custom else letters -%}
                {%- if letters not in known.plain and bare not in known.plain -%}
                    {%- do own.extend([bare, bare ~ 'c']) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return({'own': own | unique | list, 'plain': known.plain}) }}
{%- endmacro %}

{% macro logged_fields() -%}
    {{ return([
        'stage_name', 'amount', 'currency_code', 'close_date', 'rep_id', 'forecast_category',
        'opportunity_type', 'pipeline', 'segment_value', 'loss_reason',
    ]) }}
{%- endmacro %}

{#- The field of ours that a logged name stands for; null for one nobody follows. -#}
{% macro logged_field(name) -%}
    case lower(replace({{ name }}, '_', ''))
            {%- for field in logged_fields() -%}
            {%- set names = logged_field_names(field) -%}
            {%- for spelling in (names.own + names.plain) | unique %}
            when '{{ spelling }}' then '{{ field }}'
            {%- endfor -%}
            {%- endfor %}
        end
{%- endmacro %}

{#- True when the logged name is the organisation's own one. -#}
{% macro is_own_logged_name(name) -%}
    {%- set spellings = [] -%}
    {%- for field in logged_fields() -%}
        {%- do spellings.extend(logged_field_names(field).own) -%}
    {%- endfor -%}
    {%- if spellings -%}
        lower(replace({{ name }}, '_', '')) in ('{{ spellings | join("', '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{#-
    A snapshot's value; null where the log has the field under the organisation's own name and the
    snapshot has it under the plain one: then the two are different fields.
-#}
{% macro unless_logged(field, value) -%}
    {%- if logged_field_names(field).own and not is_own_in_history(field) -%}
        case
            when
                coalesce(
                    (select bool_or(is_logged) from own_names_logged where field = '{{ field }}'),
                    false
                )
                then null
            else {{ value }}
        end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- True where the snapshots have the field under a name of the organisation's own. -#}
{% macro is_own_in_history(field) -%}
    {#- A unit test has no raw tables: its snapshots have the plain columns. -#}
    {%- if not execute or graph.sources is not defined -%}{{ return(false) }}{%- endif -%}
    {%- set contract = raw_table_contract('salesforce', 'opportunity_history') -%}
    {%- set table = raw_table(contract) -%}
    {%- set column = {
        'currency_code': 'currency_iso_code', 'pipeline': 'record_type_id',
        'segment_value': 'segment',
    }.get(field, field) -%}
    {%- if not table or column not in contract.columns -%}{{ return(false) }}{%- endif -%}
    {%- set spelled = spelled_in(
        table.columns, column_spellings(contract, contract.columns[column])
    ) or '' -%}
    {{ return((spelled | replace('_', '')) in logged_field_names(field).own) }}
{%- endmacro %}
