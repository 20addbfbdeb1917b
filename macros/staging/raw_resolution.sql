{#-
    What a build reads of the raw folder, resolved once, and everything it would refuse:
        tables    [{contract, table, fields}], table and fields none where it is missing
        problems  [{source, table, told}] in the order a build looks; it stops with the first
    tells: whether to tell the problems as they are found.
-#}
{% macro raw_resolution(tells=false) -%}
    {%- set unread_sources = missing_schemas() -%}
    {%- set problems = as_of_problems() + unread_sources -%}
    {#- Of a schema that is not there no table is missing besides. -#}
    {%- do problems.extend(
        missing_tables() | rejectattr('source', 'in', unread_sources | map(attribute='source') | list)
    ) -%}
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

{#- Schemas of the var raw_schemas that are not there, or hold nothing. -#}
{% macro missing_schemas() -%}
    {%- set found = [] -%}
    {%- for source_name, schema in var('raw_schemas', {}).items() if not raw_relations(source_name) -%}
        {%- do found.append({
            'source': source_name,
            'table': none,
            'told': 'The var raw_schemas reads ' ~ source_name ~ ' from ' ~ schema ~ ', and '
                ~ adapter.dispatch('missing_schema_told', 'sales_metrics')(schema),
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro default__missing_schema_told(schema) -%}
    {{ return('there is no table in it; look at its name.') }}
{%- endmacro %}

{% macro duckdb__missing_schema_told(schema) -%}
    {%- set parts = schema.split('.') -%}
    {%- set database = parts[0] if parts | length > 1 else target.get('database') -%}
    {%- set databases = run_query(
        "select distinct catalog_name from information_schema.schemata where catalog_name not in "
        ~ "('system', 'temp') order by 1"
    ).columns[0].values() | list -%}
    {%- if database not in databases -%}
        {{ return(
            'no database ' ~ database ~ ' is attached' ~ meant(database, databases)
            ~ ' Attach its file under `attach` in the profile (docs/loaders.md).'
        ) }}
    {%- endif -%}
    {%- set schemas = run_query(
        "select schema_name from information_schema.schemata where catalog_name = '"
        ~ sql_text(database) ~ "' and schema_name not in ('information_schema', 'pg_catalog') order by 1"
    ).columns[0].values() | list -%}
    {%- if parts[-1] not in schemas -%}
        {{ return(
            'the database ' ~ database ~ ' has no schema ' ~ parts[-1] ~ meant(parts[-1], schemas)
        ) }}
    {%- endif -%}
    {{ return('there is no table in it.') }}
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
    {%- set told = raw_fields_missing(contract, table) | list -%}
    {%- for part in table.get('parts', [table]) if part.path -%}
        {%- set row_told = csv_row_problem(part) -%}
        {%- if row_told -%}{%- do told.append(row_told) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not told -%}
        {{ return(unusable_columns(contract, table, raw_fields(contract, table))) }}
    {%- endif -%}
    {{ return(told) }}
{%- endmacro %}

{% macro any_crm_in_use() -%}
    {%- for source_name in known_crm_sources() if source_in_use(source_name) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
