{#-
    Which physical column stands for a column of the contract.

    raw_fields(contract, table)  every column of the contract with what it is read from
    raw_fields_missing           sentences about those that must not be missing
    *_spellings                  the names a table or column is accepted under, first choice first
    spelled_in(names, spellings) the first spelling that is among the names, else none
-#}
{% macro raw_fields(contract, table) -%}
    {%- set fields = [] -%}
    {%- for column in contract.columns.values() -%}
        {%- set spelled = spelled_in(table.columns, column_spellings(contract, column)) -%}
        {%- do fields.append({
            'name': column.name,
            'type': column.data_type,
            'kind': column.meta.get('kind'),
            'is_required': column.meta.required,
            'is_personal': column.meta.get('personal', false),
            'is_measure': column.meta.get('measure', false),
            'range': column.meta.get('range'),
            'key_prefixes': column.meta.get('key_prefixes', []),
            'instants': raw_instants(contract, column),
            'formats': {
                'date': raw_format(contract, 'date', column),
                'amount': raw_format(contract, 'amount', column),
            },
            'physical': table.columns[spelled] if spelled else none,
        }) -%}
    {%- endfor -%}
    {%- for told in raw_fields_missing(contract, table) -%}
        {%- do exceptions.raise_compiler_error(told) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}

{#- Snake case is the contract's own name; case does not count, so the second form is CamelCase. -#}
{% macro plain_spellings(contract, column) -%}
    {%- set told = contract.meta.get('history_of', {}) -%}
    {%- set names = own_names(contract.source_name, contract.name, column.name) -%}
    {%- if column.name in told.get('fields', []) -%}
        {%- set names = names + own_names(contract.source_name, told.table, column.name) -%}
    {%- endif -%}
    {%- set names = names + [column.name] + column.meta.get('spellings', []) -%}
    {%- set found = [] -%}
    {%- for name in names -%}
        {%- do found.append(name | lower) -%}
        {%- do found.append(name | replace('_', '') | lower) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}

{#- The names the var raw_columns gives to a column: a list, also where it gives one name alone. -#}
{% macro own_names(source_name, table_name, column_name) -%}
    {%- set named = var('raw_columns', {}).get(source_name, {}).get(table_name, {})
        .get(column_name, []) -%}
    {{ return([named] if named is string else named) }}
{%- endmacro %}

{#- The suffix of a custom field: __c in Salesforce, _c where a loader has cleaned it. -#}
{% macro column_spellings(contract, column) -%}
    {%- set found = [] -%}
    {%- for suffix in ['', '_c', '__c'] -%}
        {%- for name in plain_spellings(contract, column) -%}
            {%- do found.append(name ~ suffix) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- As people write the headers of a sheet. -#}
    {%- for name in plain_spellings(contract, column) if '_' in name -%}
        {%- do found.append(name | replace('_', ' ')) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}

{% macro table_spellings(contract) -%}
    {%- set found = [] -%}
    {%- for name in [contract.name] + contract.meta.get('spellings', []) -%}
        {%- do found.append(name | lower) -%}
        {%- do found.append(name | replace('_', '') | lower) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}

{% macro spelled_in(names, spellings) -%}
    {%- for spelling in spellings if spelling in names -%}{{ return(spelling) }}{%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- Columns that are required and neither waived nor among the names. -#}
{% macro columns_missing(contract, names) -%}
    {%- set waived = var('waived_columns', {}).get(contract.source_name, {})
        .get(contract.name, []) -%}
    {%- set found = [] -%}
    {%- for column in contract.columns.values()
        if column.meta.required and (column.name in contract.meta.key or column.name not in waived)
        and not spelled_in(names, column_spellings(contract, column)) -%}
        {%- do found.append(column) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Columns that must not be missing and are, one sentence each. -#}
{% macro raw_fields_missing(contract, table) -%}
    {%- set found = [] -%}
    {%- for column in columns_missing(contract, table.columns) -%}
        {%- do found.append(missing_column_told(
            contract, table, column.name, plain_spellings(contract, column)
        )) -%}
    {%- endfor -%}
    {#- Of these any will do. -#}
    {%- set wanted = contract.meta.get('required_one_of', []) -%}
    {%- set spellings = [] -%}
    {%- for column in contract.columns.values() if column.name in wanted -%}
        {%- do spellings.extend(column_spellings(contract, column)) -%}
    {%- endfor -%}
    {%- if wanted and not spelled_in(table.columns, spellings) -%}
        {%- do found.append(missing_column_told(
            contract, table, wanted | join(' or '), wanted
        )) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{% macro missing_column_told(contract, table, name, looked_for) -%}
    {{ return(
        raw_name(contract, table) ~ ": the required column " ~ name ~ " is missing; looked for "
        ~ looked_for | join(', ') ~ ", in any case and with _c or __c behind; rename it"
        ~ (" or give its name in the var raw_columns: it tells the rows apart, so none can do "
        ~ "without it." if name in contract.meta.key
        else ", give its name in the var raw_columns or do without it by the var waived_columns.")
    ) }}
{%- endmacro %}

{% macro raw_name(contract, table) -%}
    {{ return(
        "Source " ~ contract.source_name ~ ", table " ~ contract.name ~ " (" ~ table.place ~ ")"
    ) }}
{%- endmacro %}

{#- True when the raw table is there and has the column under one of its spellings. -#}
{% macro has_raw_column(source_name, table_name, column_name) -%}
    {#- A unit test has no raw tables: its rows have every column. -#}
    {%- if not execute or graph.sources is not defined -%}{{ return(true) }}{%- endif -%}
    {%- set contract = raw_table_contract(source_name, table_name) -%}
    {%- set table = raw_table(contract) -%}
    {%- if not table -%}{{ return(false) }}{%- endif -%}
    {{ return(spelled_in(
        table.columns, column_spellings(contract, contract.columns[column_name])
    ) is not none) }}
{%- endmacro %}
