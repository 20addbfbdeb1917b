{#-
    Run before every build: resolves each raw table once, so that a folder, table or column that is
    missing stops the build with its one sentence before any model is touched.
-#}
{% macro check_raw_tables() -%}
    {%- if execute -%}
        {%- do land_raw_files() -%}
        {#- What was seen before may not be what has just landed. -#}
        {%- do raw_memory().clear() -%}
        {%- do as_of_day() -%}
        {{ check_for_unread_files() }}
        {%- do crm_sources() -%}
        {%- for contract in graph.sources.values() if contract.package_name == project_name -%}
            {%- set table = raw_table(contract) -%}
            {%- if table -%}
                {%- do raw_fields(contract, table) -%}
                {%- if table.path -%}{%- do check_csv_file(table) -%}{%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- A required table that is missing while a file like it lies there: the sentence names it. -#}
{% macro check_for_unread_files() -%}
    {%- set files = raw_files_judged() | selectattr('check_id', 'equalto', 'unread_file') | list -%}
    {%- for file in files -%}
        {%- set contract = contracts_by_source()[file.source_name][file.table_name] -%}
        {%- set is_crm = file.source_name in known_crm_sources() -%}
        {%- if contract.meta.required
            and not raw_table_is_present(file.source_name, file.table_name)
            and (source_in_use(file.source_name) or is_crm and not any_crm_in_use()) -%}
            {%- do exceptions.raise_compiler_error(
                'Source ' ~ file.source_name ~ ': the required table ' ~ file.table_name
                ~ ' is missing in ' ~ raw_place(file.source_name) ~ '. ' ~ file.told
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro any_crm_in_use() -%}
    {%- for source_name in known_crm_sources() if source_in_use(source_name) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#-
    Tells the programs around dbt what a build would read and how, so that they need not find out by
    rules of their own: `dbt run-operation tell_raw_tables`. The files come first, because they may
    explain why the rest is refused.
        as_of_day, files: [{check_id, file, source_name, table_name, told}], doubled: sentences
        tables: [{source, table, place, from, columns: {name: {sql, type, value}}}], where value is
        the expression, over columns under the contract's names, that staging reads; none for text
-#}
{% macro tell_raw_tables() -%}
    {{ check_vars() }}
    {%- do land_raw_files() -%}
    {%- do raw_memory().clear() -%}
    {%- do tell({'files': raw_files_judged()}) -%}
    {{ check_raw_tables() }}
    {%- set tables = [] -%}
    {%- for contract in graph.sources.values() if contract.package_name == project_name -%}
        {%- set table = raw_table(contract) -%}
        {%- if table -%}{%- do tables.append(told_table(contract, table)) -%}{%- endif -%}
    {%- endfor -%}
    {%- do tell({
        'as_of_day': as_of_day(), 'tables': tables,
        'doubled': raw_columns_doubled() | map(attribute='told') | list,
    }) -%}
{%- endmacro %}

{% macro tell(what) -%}
    {%- do log('sales_metrics tells ' ~ tojson(what), info=true) -%}
{%- endmacro %}

{% macro told_table(contract, table) -%}
    {%- set formats = {
        'date': raw_format(contract, 'date'), 'amount': raw_format(contract, 'amount'),
    } -%}
    {%- set columns = {} -%}
    {%- for field in raw_fields(contract, table) if field.physical -%}
        {%- set value = none if type_family(field.type) == 'text'
            else cast_raw(
                adapter.quote(field.name), field.physical.type, field, field.formats or formats
            ) | trim -%}
        {%- do columns.update({field.name: {
            'sql': field.physical.sql, 'type': field.physical.type, 'value': value,
        }}) -%}
    {%- endfor -%}
    {{ return({
        'source': contract.source_name, 'table': contract.name, 'place': table.place,
        'from': table.from, 'columns': columns,
    }) }}
{%- endmacro %}
