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
        if column.meta.required and (is_indispensable(contract, column) or column.name not in waived)
        and not spelled_in(names, column_spellings(contract, column)) -%}
        {%- do found.append(column) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Without it the table says nothing, or something wrong: no var can waive it. -#}
{% macro is_indispensable(contract, column) -%}
    {{ return(column.name in contract.meta.key or column.meta.get('indispensable', false)) }}
{%- endmacro %}

{#- Columns that must not be missing and are, one sentence each. -#}
{% macro raw_fields_missing(contract, table) -%}
    {%- set found = [] -%}
    {%- set versions_told = versions_of_another_told(contract, table) -%}
    {%- if versions_told -%}{{ return([versions_told]) }}{%- endif -%}
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
    {%- set column = contract.columns.get(name) -%}
    {%- set shown = [] -%}
    {%- for spelling in looked_for if spelling | length and not modules.re.search('[.]|__', spelling) -%}
        {%- do shown.append(spelling) -%}
    {%- endfor -%}
    {{ return(
        raw_name(contract, table) ~ ": the required column " ~ name ~ " is missing; looked for "
        ~ shown | join(', ') ~ ", in any case and with _c or __c behind; rename it"
        ~ (" or give its name in the var raw_columns: it tells the rows apart, so none can do "
        ~ "without it." if name in contract.meta.key
        else " or give its name in the var raw_columns; no var can waive it: "
        ~ leave_out_told(contract)
        if column and is_indispensable(contract, column)
        else ", give its name in the var raw_columns or do without it by the var waived_columns.")
    ) }}
{%- endmacro %}

{% macro leave_out_told(contract) -%}
    {{ return(
        "leave the whole table out instead, by the var left_out_tables: {" ~ contract.source_name
        ~ ": [" ~ contract.name ~ "]}."
    ) }}
{%- endmacro %}

{#-
    A loader's history mode keeps every version of a row of `opportunity`; a table of versions that is
    called like the CRM's own history has the columns of the former and not those of the latter.
-#}
{% macro versions_of_another_told(contract, table) -%}
    {%- set of = contract.meta.get('history_of', {}).get('table') -%}
    {%- if not of or table.problem
        or not spelled_in(table.columns, loader_columns().started_at)
        or not columns_missing(contract, table.columns) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set other = raw_table_contract(contract.source_name, of) -%}
    {%- if columns_missing(other, table.columns) | length > 1 -%}{{ return(none) }}{%- endif -%}
    {{ return(
        raw_name(contract, table) ~ " is no " ~ contract.name ~ " but " ~ of ~ " in the loader's "
        ~ "history mode, one row per version (" ~ loader_columns().started_at[0] ~ "): land it as " ~ of
        ~ ", and the CRM's own " ~ contract.name ~ " beside it, or " ~ leave_out_told(contract)
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
