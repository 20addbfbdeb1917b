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
