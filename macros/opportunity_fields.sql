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

{#- Typed nulls for the old values of a change record that only tells the new ones. -#}
{% macro no_old_values() -%}
    cast(null as {{ dbt.type_string() }}) as old_stage_name,
        cast(null as decimal(18, 2)) as old_amount,
        cast(null as date) as old_close_date,
        cast(null as {{ dbt.type_string() }}) as old_rep_id,
        cast(null as {{ dbt.type_string() }}) as old_forecast_category,
        cast(null as {{ dbt.type_string() }}) as old_opportunity_type,
        cast(null as {{ dbt.type_string() }}) as old_pipeline,
        cast(null as {{ dbt.type_string() }}) as old_currency_code,
        cast(null as {{ dbt.type_string() }}) as old_segment_value,
        cast(null as {{ dbt.type_string() }}) as old_loss_reason
{%- endmacro %}

{#-
    One typed column per tracked field from a long change record (columns `field` and `value`): null
    unless the record is about that field, or its text cannot be read. `prefix` is put before each
    column name; `home_currency`: what a deal without a currency is in.
-#}
{% macro field_values(value, home_currency, prefix='') -%}
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
        end as {{ prefix }}opportunity_type,
        case
            when field = 'pipeline' then coalesce({{ salesforce_id(value) }}, {{ no_text() }})
        end as {{ prefix }}pipeline,
        case
            when field = 'currency_code' then coalesce(upper({{ value }}), {{ home_currency }})
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

{#-
    What the current row says of a field: `value`, or `nothing` where it is empty; silent (null) for a
    CRM whose table has no such column, because history then knows better.
        columns  {CRM: the columns of its contract the field may come from}
-#}
{% macro told_by_row(columns, value, nothing) -%}
    {%- set tables = {'salesforce': 'opportunity', 'csv_export': 'opportunities'} -%}
    {%- set silent = [] -%}
    {%- for source_name in crm_sources() -%}
        {%- set told = [] -%}
        {%- for column in columns.get(source_name, [])
            if has_raw_column(source_name, tables[source_name], column) -%}
            {%- do told.append(column) -%}
        {%- endfor -%}
        {%- if not told -%}{%- do silent.append(source_name) -%}{%- endif -%}
    {%- endfor -%}
    {%- if silent -%}
        case
            when opportunities.source not in ('{{ silent | join("', '") }}')
                then coalesce({{ value }}, {{ nothing }})
        end
    {%- else -%}
        coalesce({{ value }}, {{ nothing }})
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
