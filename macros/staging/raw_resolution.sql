{#-
    What a build reads of the raw folder, resolved once, and everything it would refuse:
        tables    [{contract, table, fields}], table and fields none where it is missing
        problems  [{source, table, told}] in the order a build looks; it stops with the first
    tells: whether to tell the problems as they are found.
-#}
{% macro raw_resolution(tells=false) -%}
    {%- set problems = as_of_problems() + missing_tables() -%}
    {%- if not any_crm_in_use()
        and not problems | selectattr('source', 'in', known_crm_sources()) | list -%}
        {%- do problems.append({'source': none, 'table': none, 'told': no_crm_told()}) -%}
    {%- endif -%}
    {%- set tables = [] -%}
    {%- for contract in graph.sources.values() if contract.package_name == 'sales_metrics' -%}
        {%- if tells and problems -%}{%- do tell({'problems': problems}) -%}{%- endif -%}
        {%- set table = raw_table_found(contract) -%}
        {%- set wrong = raw_table_problems(contract, table) -%}
        {%- for told in wrong -%}
            {%- do problems.append({
                'source': contract.source_name, 'table': contract.name, 'told': told,
            }) -%}
        {%- endfor -%}
        {%- do tables.append({
            'contract': contract,
            'table': table,
            'fields': raw_fields(contract, table) if table and not wrong else none,
        }) -%}
    {%- endfor -%}
    {{ return({'tables': tables, 'problems': problems}) }}
{%- endmacro %}

{#- Required tables that are missing; where a file like it lies there, the sentence names it. -#}
{% macro missing_tables() -%}
    {%- set unread = {} -%}
    {%- for file in raw_files_judged() if file.check_id == 'unread_file' -%}
        {%- do unread.setdefault(file.source_name ~ '.' ~ file.table_name, file.told) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for contract in graph.sources.values() if contract.package_name == 'sales_metrics' -%}
        {%- set source_name = contract.source_name -%}
        {%- set file_told = unread.get(source_name ~ '.' ~ contract.name) -%}
        {#- A file like the deals of a CRM says which CRM is meant, where no other is in use. -#}
        {%- set is_meant = source_in_use(source_name)
            or file_told and source_name in known_crm_sources() and not any_crm_in_use() -%}
        {%- if contract.meta.required and is_meant
            and not raw_table_is_present(source_name, contract.name) -%}
            {%- do found.append({
                'source': source_name,
                'table': contract.name,
                'told': missing_table_told(contract, file_told),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro missing_table_told(contract, file_told=none) -%}
    {{ return(
        "Source " ~ contract.source_name ~ ": the required table " ~ contract.name
        ~ " is missing in " ~ raw_place(contract.source_name)
        ~ ('. ' ~ file_told if file_told
        else "; looked for " ~ table_spellings(contract) | join(', ') ~ ".")
    ) }}
{%- endmacro %}

{#- What is wrong with a table that is there, but for single values: sentences. -#}
{% macro raw_table_problems(contract, table) -%}
    {%- if not table -%}{{ return([]) }}{%- endif -%}
    {%- if table.problem -%}{{ return([table.problem]) }}{%- endif -%}
    {%- set told = raw_fields_missing(contract, table) -%}
    {%- set row_told = csv_row_problem(table) if table.path else none -%}
    {%- if not told and not row_told -%}
        {%- set told = unusable_columns(contract, table, raw_fields(contract, table)) -%}
    {%- endif -%}
    {{ return(told + ([row_told] if row_told else [])) }}
{%- endmacro %}

{% macro any_crm_in_use() -%}
    {%- for source_name in known_crm_sources() if source_in_use(source_name) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
