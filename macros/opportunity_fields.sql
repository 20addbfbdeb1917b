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

{#- Typed nulls for the old values of a change record that only tells the new ones. -#}
{% macro no_old_values() -%}
    cast(null as {{ dbt.type_string() }}) as old_stage_name,
        cast(null as decimal(18, 2)) as old_amount,
        cast(null as date) as old_close_date,
        cast(null as {{ dbt.type_string() }}) as old_rep_id,
        cast(null as {{ dbt.type_string() }}) as old_forecast_category,
        cast(null as {{ dbt.type_string() }}) as old_opportunity_type
{%- endmacro %}

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
                then coalesce({{ source_id('salesforce', salesforce_id(value)) }}, 'unassigned')
        end as {{ prefix }}rep_id,
        case
            when field = 'forecast_category'
                then coalesce({{ normalised_forecast_category(value) }}, {{ no_text() }})
        end as {{ prefix }}forecast_category,
        case
            when field = 'opportunity_type' then coalesce({{ value }}, {{ no_text() }})
        end as {{ prefix }}opportunity_type
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

{#-
    A snapshot's value: set to nothing where it is empty, silent (null) where the raw table has no
    such column or its value could not be read. `nothing`: the sentinel of its type.
-#}
{% macro told_or_nothing(column, nothing, source_name, table_name) -%}
    {%- if has_raw_column(source_name, table_name, column) -%}
        case
            when bad_values is not null and concat(',', bad_values, ',') like '%,{{ column }},%'
                then null
            else coalesce({{ column }}, {{ nothing }})
        end
    {%- else -%}
        {{ column }}
    {%- endif -%}
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
