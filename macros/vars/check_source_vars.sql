{#-
    The vars that speak of raw tables, {source: {table: {column: ...}}} or less deep: every source,
    table and column in them must be one of the source contract, and every value of the right kind.
-#}
{% macro check_source_vars() -%}
    {%- set shapes = {
        'raw_schemas': '{salesforce: raw_salesforce}',
        'raw_formats': '{salesforce: {date: m/d/y, amount: us}}',
        'raw_columns': '{salesforce: {opportunity: {segment: Market__c}}}',
        'raw_instants': '{csv_export: {leads: {converted_date: always}}}',
        'waived_columns': '{salesforce: {opportunity: [owner_id]}}',
        'left_out_tables': '{salesforce: [opportunity_field_history]}',
    } -%}
    {%- set contracts = contracts_by_source() -%}
    {%- for name, shape in shapes.items() if execute -%}
        {%- if var(name, {}) is not mapping -%}
            {{ refuse_var(name, 'a mapping by source, such as ' ~ shape) }}
        {%- endif -%}
        {%- for source_name, value in var(name, {}).items() -%}
            {{ check_key(name, [source_name], contracts | list, 'source') }}
            {%- if name == 'raw_schemas' -%}
                {%- if value is not string or not value -%}
                    {{ refuse_var(name, shape) }}
                {%- endif -%}
            {%- elif name == 'left_out_tables' -%}
                {%- if value is string or value is mapping or value is not iterable -%}
                    {{ refuse_var(name, shape) }}
                {%- endif -%}
                {%- for table_name in value -%}
                    {{ check_key(
                        name, [source_name, table_name], contracts[source_name] | list, 'table'
                    ) }}
                {%- endfor -%}
            {%- elif name == 'raw_formats' -%}
                {{ check_formats('The var raw_formats', source_name, value) }}
            {%- else -%}
                {{ check_columns_by_table(
                    name, shape, source_name, value, contracts[source_name]
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ check_formats_of_environment(contracts) }}
{%- endmacro %}

{#- {source: {table: node of the source contract}}; empty while dbt parses. -#}
{% macro contracts_by_source() -%}
    {%- set found = {} -%}
    {%- for contract in (graph.sources.values() if execute else [])
        if contract.package_name == 'sales_metrics' -%}
        {%- do found.setdefault(contract.source_name, {}).update({contract.name: contract}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Refuses a key of a mapping that is not among the known; path: the keys that lead to it. -#}
{% macro check_key(var_name, path, known, what) -%}
    {%- if path[-1] not in known -%}
        {%- do exceptions.raise_compiler_error(
            'The var ' ~ var_name ~ ' names ' ~ path | join('.') ~ ', and ' ~ path[-1]
            ~ ' is no ' ~ what ~ ' of the contract' ~ meant(path[-1], known)
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- What raw_columns and waived_columns say of the tables of one source. -#}
{% macro check_columns_by_table(name, shape, source_name, tables, contracts) -%}
    {%- if tables is not mapping -%}{{ refuse_var(name, shape) }}{%- endif -%}
    {%- for table_name, columns in tables.items() -%}
        {{ check_key(name, [source_name, table_name], contracts | list, 'table') }}
        {%- if columns is string or columns is not iterable
            or (columns is mapping) != (name in ('raw_columns', 'raw_instants')) -%}
            {{ refuse_var(name, shape) }}
        {%- endif -%}
        {%- for column in columns -%}
            {{ check_key(
                name, [source_name, table_name, column],
                contracts[table_name].columns | list, 'column',
            ) }}
            {%- set names = columns[column] if columns is mapping else 'none' -%}
            {%- set names = [names] if names is string else names -%}
            {%- if names is not iterable or names is mapping or names | reject('string') | list -%}
                {{ refuse_var(name, shape) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Rows without a key are quarantined: a table whose key is waived would be read as empty. -#}
{% macro check_no_key_is_waived() -%}
    {%- if execute -%}
        {%- for source_name, tables in var('waived_columns', {}).items() -%}
            {%- for table_name, columns in tables.items() -%}
                {%- set contract = raw_table_contract(source_name, table_name) -%}
                {%- for column in columns if is_indispensable(contract, contract.columns[column]) -%}
                    {%- do exceptions.raise_compiler_error(
                        "The var waived_columns names " ~ source_name ~ "." ~ table_name ~ "."
                        ~ column ~ (
                            ", which tells the rows of the table apart: without it none could be used."
                            if column in contract.meta.key
                            else ", without which the table says nothing or something wrong."
                        )
                        ~ " Give the column's name in the var raw_columns"
                        ~ ("." if contract.meta.required else "; " ~ leave_out_told(contract))
                    ) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
