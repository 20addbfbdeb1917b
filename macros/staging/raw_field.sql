{#-
    Which physical column stands for a column of the contract.

    raw_fields(contract, table)  every column of the contract with what it is read from
    raw_fields_missing           sentences about those that must not be missing
    *_spellings                  the names a table or column is accepted under, first choice first
    spelled_in(names, spellings) the first spelling that is among the names, else none
-#}
{% macro raw_fields(contract, table) -%}
    {%- set known = raw_memory() -%}
    {%- set place = 'fields ' ~ contract.unique_id ~ ' ' ~ table.from -%}
    {%- if place in known -%}{{ return(known[place]) }}{%- endif -%}
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
            'millis': contract.source_meta.get('millis', false),
            'formats': {
                'date': raw_format(contract, 'date', column),
                'amount': raw_format(contract, 'amount', column),
            },
            'physical': readable_column(table.columns[spelled], spelled, contract) if spelled else none,
        }) -%}
    {%- endfor -%}
    {%- for told in raw_fields_missing(contract, table) -%}
        {%- do exceptions.raise_compiler_error(told) -%}
    {%- endfor -%}
    {%- do known.update({place: fields}) -%}
    {{ return(fields) }}
{%- endmacro %}

{#- Snake case is the contract's own name; case does not count, so the second form is CamelCase. -#}
{% macro plain_spellings(contract, column) -%}
    {%- set told = contract.meta.get('history_of', {}) -%}
    {%- set names = own_names(contract.source_name, contract.name, column.name) -%}
    {%- if column.name in told.get('fields', []) -%}
        {%- set names = names + own_names(contract.source_name, told.table, column.name) -%}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for name in named_as_property(contract, column, names)
        + [column.name] + column.meta.get('spellings', []) -%}
        {%- do found.append(name | lower) -%}
        {%- if '.' in name -%}
            {#- Where a loader has flattened the object. -#}
            {%- do found.append(name | replace('.', '__') | lower) -%}
            {%- do found.append(name | replace('.', '_') | lower) -%}
        {%- else -%}
            {%- do found.append(name | replace('_', '') | lower) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}

{#-
    What a CRM calls a property, loaders call by its name with something before or behind it: the meta
    `property` of a column names properties, the meta `property_columns` of the source how loaders write
    them, {} for the name. So they do with an organisation's own.
-#}
{% macro named_as_property(contract, column, own) -%}
    {%- set patterns = contract.source_meta.get('property_columns', ['{}']) -%}
    {%- set property = column.meta.get('property', []) -%}
    {%- set properties = [property] if property is string else property -%}
    {%- set found = own | list -%}
    {%- for name in (own if properties else []) + properties -%}
        {%- for pattern in patterns -%}{%- do found.append(pattern | replace('{}', name)) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The ways into an object that may hold a column of the contract, in the letters of its keys. -#}
{% macro object_paths(contract, column) -%}
    {%- set own = own_names(contract.source_name, contract.name, column.name) -%}
    {%- set found = [] -%}
    {%- for name in named_as_property(contract, column, own) + column.meta.get('spellings', [])
        if '.' in name -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The names the var raw_columns gives to a column: a list, also where it gives one name alone. -#}
{% macro own_names(source_name, table_name, column_name) -%}
    {%- set named = var('raw_columns', {}).get(source_name, {}).get(table_name, {})
        .get(column_name, []) -%}
    {{ return([named] if named is string else named) }}
{%- endmacro %}

{#- The suffix of a custom field: __c in Salesforce, _c where a loader has cleaned it. -#}
{% macro column_spellings(contract, column) -%}
    {%- set known = raw_memory() -%}
    {%- set place = 'spellings ' ~ contract.unique_id ~ '.' ~ column.name -%}
    {%- if place in known -%}{{ return(known[place]) }}{%- endif -%}
    {%- set plain = plain_spellings(contract, column) -%}
    {%- set found = [] -%}
    {%- for suffix in ['', '_c', '__c'] -%}
        {%- for name in plain -%}{%- do found.append(name ~ suffix) -%}{%- endfor -%}
    {%- endfor -%}
    {#- As people write the headers of a sheet. -#}
    {%- for name in plain if '_' in name -%}
        {%- do found.append(name | replace('_', ' ')) -%}
    {%- endfor -%}
    {%- set found = found | unique | list -%}
    {%- do known.update({place: found}) -%}
    {{ return(found) }}
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
