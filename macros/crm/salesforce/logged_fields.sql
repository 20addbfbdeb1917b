{#-
    What a field is called in the log of field changes of Salesforce. The log names fields by their
    API name, whatever the loader called the column: names compare in lower case, without underscores
    and, for custom fields, with or without the c behind.

    logged_field_names(field): {own: names the var raw_columns gives, plain: names every organisation
    has, is_another: true where a record under a plain name is of another field}. So it is where the
    own name is that of a custom field, or where the deals have a column of either name; else the
    column was renamed on its way, and the log was not.
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
    {%- set signs = [] -%}
    {%- for column in known.columns -%}
        {%- for table in ['opportunity', 'opportunity_history'] -%}
            {%- for name in own_names('salesforce', table, column) -%}
                {%- set letters = name | lower | replace('_', '') -%}
                {%- set is_custom = modules.re.search('_c$', name | lower) -%}
                {%- set bare = letters[:-1] if is_custom else letters -%}
                {%- if letters not in known.plain and bare not in known.plain -%}
                    {%- do own.extend([bare, bare ~ 'c']) -%}
                    {%- if is_custom or deals_have_plain_column(column) == true -%}
                        {%- do signs.append(name) -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return({
        'own': own | unique | list, 'plain': known.plain, 'is_another': signs | length > 0,
    }) }}
{%- endmacro %}

{% macro logged_fields() -%}
    {{ return([
        'stage_name', 'amount', 'currency_code', 'close_date', 'rep_id', 'forecast_category',
        'opportunity_type', 'pipeline', 'segment_value', 'loss_reason',
    ]) }}
{%- endmacro %}

{#- True where the deals have the column under one of its plain names too. -#}
{% macro deals_have_plain_column(column_name) -%}
    {#- A unit test has no raw tables. -#}
    {%- if not execute or graph.sources is not defined -%}{{ return(false) }}{%- endif -%}
    {%- set contract = raw_table_contract('salesforce', 'opportunity') -%}
    {%- set table = raw_table(contract) -%}
    {%- set column = contract.columns[column_name] -%}
    {%- for name in [column_name] + column.meta.get('spellings', []) if table -%}
        {%- if name | lower in table.columns or name | replace('_', '') | lower in table.columns -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- The field of ours that a logged name stands for; null for one nobody follows. -#}
{% macro logged_field(name) -%}
    case lower(replace({{ name }}, '_', ''))
            {%- for field in logged_fields() -%}
            {%- set names = logged_field_names(field) -%}
            {%- set followed = names.own if names.is_another else names.own + names.plain -%}
            {%- for spelling in followed | unique %}
            when '{{ spelling }}' then '{{ field }}'
            {%- endfor -%}
            {%- endfor %}
        end
{%- endmacro %}

{#- A snapshot's value; null (silent) where the snapshots have another field under its plain name. -#}
{% macro snapshot_unless_another(field, value, type='string') -%}
    {%- if logged_field_names(field).is_another and is_own_in_history(field) != true -%}
        cast(null as {{ type }})
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
