{#-
    Run before every build: resolves each raw table once, so that a folder, table or column that is
    missing stops the build with its one sentence before any model is touched.
-#}
{% macro check_raw_tables() -%}
    {%- if execute -%}
        {%- do land_raw_files() -%}
        {#- What was seen before may not be what has just landed. -#}
        {%- do raw_memory().clear() -%}
        {%- do refuse_first(raw_resolution().problems) -%}
    {%- endif -%}
{%- endmacro %}

{#- Stops with the first of some problems. -#}
{% macro refuse_first(problems) -%}
    {%- for problem in problems -%}
        {%- do exceptions.raise_compiler_error(problem.told) -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    Tells the programs around dbt what a build would read and how, and why it would not, so that they
    need not find out by rules of their own: `dbt run-operation tell_raw_tables`. A file no engine can
    open ends it at once, hence what was found before is told first.
        files      [{check_id, file, source_name, table_name, read_instead, told}]
        problems   [{source, table, told}]; the build stops with the first
        as_of      {day, told_by: empty where nobody names the day}; {} where it is no day
        doubled    sentences
        tables     see told_table: every table of the contract
        currency   the reporting currency
        marts      the schema of the public tables
-#}
{% macro tell_raw_tables() -%}
    {{ check_vars() }}
    {%- do land_raw_files() -%}
    {%- do raw_memory().clear() -%}
    {%- do tell({'files': raw_files_judged()}) -%}
    {%- set found = raw_resolution(tells=true) -%}
    {%- set tables = [] -%}
    {%- for one in found.tables -%}
        {%- do tables.append(told_table(one.contract, one.table, one.fields)) -%}
    {%- endfor -%}
    {%- do tell({
        'as_of': {} if as_of_problems() else as_of_stated(),
        'problems': found.problems,
        'doubled': raw_columns_doubled() | map(attribute='told') | list,
        'tables': tables,
        'currency': var('reporting_currency'),
        'marts': graph.nodes['model.sales_metrics.data_quality'].schema,
    }) -%}
{%- endmacro %}

{% macro tell(what) -%}
    {%- do log('sales_metrics tells ' ~ tojson(what), info=true) -%}
{%- endmacro %}

{#-
    {source, name, is_required, key, latest_by, deals, fresh_days, place, relation: SQL, is_file,
    loader: names of columns a loader added, gone: [SQL over those, true of a row that is no more],
    columns: [{name, data_type, is_required, kind, is_picklist, mapped_by, is_parent, filled,
    sql: as it is called there, value}]}
    where value is the expression, over columns of the contract's names, that staging reads; none for
    text. A table that is missing or has a problem has no place, a missing column no sql.
-#}
{% macro told_table(contract, table, fields) -%}
    {%- set columns = [] -%}
    {%- for column in contract.columns.values() -%}
        {%- set field = fields | selectattr('name', 'equalto', column.name) | first -%}
        {%- set is_there = fields and field.physical -%}
        {%- do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'is_required': column.meta.required,
            'kind': column.meta.get('kind'),
            'is_picklist': column.meta.get('picklist', false),
            'mapped_by': column.meta.get('mapped_by'),
            'is_parent': column.meta.get('is_parent', false),
            'filled': column_filled(contract, column),
            'sql': field.physical.sql if is_there else none,
            'value': cast_raw(
                adapter.quote(column.name), field.physical.type, field, field.formats
            ) | trim if is_there and type_family(column.data_type) != 'text' else none,
        }) -%}
    {%- endfor -%}
    {%- set loader = [] -%}
    {%- set landed = {} -%}
    {%- for name in loader_columns().values() | sum(start=[]) if fields and name in table.columns and name not in contract.columns -%}
        {%- do loader.append(name) -%}
        {%- do landed.update({name: {'sql': adapter.quote(name), 'type': table.columns[name].type}}) -%}
    {%- endfor -%}
    {%- set latest_by = [] -%}
    {%- for names in contract.meta.get('latest_by', []) -%}
        {%- do latest_by.extend([names] if names is string else names) -%}
    {%- endfor -%}
    {{ return({
        'source': contract.source_name,
        'name': contract.name,
        'is_required': contract.meta.required,
        'key': contract.meta.key,
        'latest_by': latest_by,
        'deals': contract.meta.get('deals'),
        'fresh_days': contract.source_meta.get('fresh_days', {}),
        'place': table.place if fields else none,
        'relation': table.from if fields else none,
        'is_file': table.get('is_file', false) if fields else false,
        'loader': loader,
        'gone': loader_deletes({'columns': landed}),
        'columns': columns,
    }) }}
{%- endmacro %}

{#-
    How full a column must be, {warn, error, drop}: its own contract over that of its source, for
    keys and for other columns. None where nobody says so of an optional column.
-#}
{% macro column_filled(contract, column) -%}
    {%- set own = column.meta.get('filled') -%}
    {%- if not own and not column.meta.required -%}{{ return(none) }}{%- endif -%}
    {%- set usual = contract.source_meta.get(
        'filled_keys' if column.name in contract.meta.key else 'filled', {}
    ) -%}
    {{ return(dict({'warn': 0, 'error': 0, 'drop': 0.2}, **dict(usual, **(own or {})))) }}
{%- endmacro %}
