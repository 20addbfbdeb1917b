{#-
    One typed column per tracked field from a long change record (columns `field` and `value`): null
    unless the record is about that field, or its text cannot be read. `prefix` is put before each
    column name.
-#}
{% macro field_values(value, prefix='') -%}
    case when field = 'stage_name' then {{ value }} end as {{ prefix }}stage_name,
        case
            when field = 'amount' and {{ value }} is null then {{ no_amount() }}
            when field = 'amount' then {{ logged_value(value, 'amount', 'decimal(18,2)') }}
        end as {{ prefix }}amount,
        case
            when field = 'close_date' and {{ value }} is null then {{ no_date() }}
            when field = 'close_date' then {{ logged_value(value, 'close_date', 'date') }}
        end as {{ prefix }}close_date,
        case
            when field = 'rep_id'
                then coalesce({{ id_18(value) }}, 'unassigned')
        end as {{ prefix }}rep_id,
        case
            when field = 'forecast_category'
                then coalesce({{ normalised_forecast_category(value) }}, {{ no_text() }})
        end as {{ prefix }}forecast_category,
        case
            when field = 'opportunity_type' then coalesce({{ value }}, {{ no_text() }})
        end as {{ prefix }}opportunity_type,
        case
            when field = 'pipeline' then coalesce({{ id_18(value) }}, {{ no_text() }})
        end as {{ prefix }}pipeline,
        case
            when field = 'currency_code' then coalesce(upper({{ value }}), {{ no_text() }})
        end as {{ prefix }}currency_code,
        case
            when field = 'segment_value' then coalesce({{ value }}, {{ no_text() }})
        end as {{ prefix }}segment_value,
        case
            when field = 'loss_reason' then coalesce({{ value }}, {{ no_text() }})
        end as {{ prefix }}loss_reason
{%- endmacro %}

{#-
    A logged text in the type of its field, by the formats declared for the log and the range and
    instants declared for the field of an opportunity.
-#}
{% macro logged_value(value, field_name, type) -%}
    {%- set formats = {'date': 'iso', 'amount': 'plain'} -%}
    {%- set field = {'type': type, 'kind': none} -%}
    {#- A unit test has no source to declare another format. -#}
    {%- if execute and graph.sources is defined -%}
        {%- set contract = raw_table_contract('salesforce', 'opportunity_field_history') -%}
        {%- do formats.update({
            'date': raw_format(contract, 'date'), 'amount': raw_format(contract, 'amount'),
        }) -%}
        {%- set contract = raw_table_contract('salesforce', 'opportunity') -%}
        {%- set column = contract.columns[field_name] -%}
        {%- do field.update({
            'range': column.meta.get('range'), 'instants': raw_instants(contract, column),
        }) -%}
    {%- endif -%}
    {{ cast_raw(value, 'varchar', field, formats) }}
{%- endmacro %}

{#- True for a logged amount or close date that is no amount or day: what nobody can read, no one counts. -#}
{% macro unreadable_change(value) -%}
    case lower(field)
        when 'amount' then {{ value }} is not null
            and {{ logged_value(value, 'amount', 'decimal(18,2)') }} is null
        when 'closedate' then {{ value }} is not null
            and {{ logged_value(value, 'close_date', 'date') }} is null
    end
{%- endmacro %}

{#-
    A snapshot's value: set to nothing where it is empty, silent (null) where the raw table has no
    such column or its value could not be read. `nothing`: the sentinel of its type.
-#}
{% macro snapshot_value(column, nothing) -%}
    {%- if has_raw_column('salesforce', 'opportunity_history', column) -%}
        case
            when bad_values is not null and concat(',', bad_values, ',') like '%,{{ column }},%'
                then null
            else coalesce({{ column }}, {{ nothing }})
        end
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
