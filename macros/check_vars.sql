{#-
    Run before every build: a var of dbt_project.yml or --vars that the project does not know, or
    with a value no model can use, stops the build with one sentence, before any table is touched.
-#}
{% macro check_vars() -%}
    {{ check_database_name() }}
    {{ check_threads() }}
    {{ check_var_names() }}
    {%- do business_timezone() -%}
    {%- set month = var('fiscal_year_start_month') -%}
    {%- if month is not number or month is boolean or month not in range(1, 13) -%}
        {{ refuse_var('fiscal_year_start_month', 'a whole number from 1 to 12') }}
    {%- endif -%}
    {%- if not modules.re.match('^[A-Z]{3}$', var('reporting_currency') | string) -%}
        {{ refuse_var('reporting_currency', 'a currency code of three capital letters') }}
    {%- endif -%}
    {%- if var('booking_date') not in ['history', 'crm_close_date'] -%}
        {{ refuse_var('booking_date', 'history or crm_close_date') }}
    {%- endif -%}
    {{ check_list_var('segment_order', [
        'opportunity_field', 'account_field', 'account_rule', 'rep_roster', 'acv_band',
    ]) }}
    {{ check_list_var('crm_sources', known_crm_sources()) }}
    {{ check_health_vars() }}
    {{ check_positive_var('ramp_pipeline_multiple') }}
    {%- for name in ['hot_lead_ratings', 'hot_lead_sources'] -%}
        {%- set words = var(name) -%}
        {%- if words is not iterable or words is string or words is mapping
            or words | reject('string') | list or "'" in words | join -%}
            {{ refuse_var(name, 'a list of words') }}
        {%- endif -%}
    {%- endfor -%}
    {{ check_source_vars() }}
    {{ check_no_key_is_waived() }}
    {{ check_personal_columns() }}
{%- endmacro %}

{#- Every var of the project; a name that is not in this list is refused. -#}
{% macro known_vars() -%}
    {{ return([
        'as_of_date',
        'booking_date',
        'business_timezone',
        'crm_sources',
        'fiscal_year_start_month',
        'health_amber_quarter_pushes',
        'health_amber_silent_days',
        'health_amber_stage_age',
        'health_red_pushes',
        'health_red_silent_days',
        'health_red_stage_age',
        'hot_lead_ratings',
        'hot_lead_sources',
        'next_step_text',
        'personal_columns',
        'ramp_pipeline_multiple',
        'raw_columns',
        'raw_formats',
        'raw_instants',
        'raw_schemas',
        'reporting_currency',
        'segment_order',
        'waived_columns',
    ]) }}
{%- endmacro %}

{#-
    dbt takes any name for a var, so a misspelt one would leave its default in force without a word.
    All vars given are in the configuration that `ref` carries. Where this project is a package of
    another, that one has vars of its own: of those, only what is nearly one of ours is refused.
-#}
{% macro check_var_names() -%}
    {%- set is_root = project_name == 'sales_metrics' -%}
    {%- set given = [] -%}
    {%- for vars in [ref.config.vars.vars, ref.config.cli_vars] if vars -%}
        {%- for name, value in vars.items() -%}
            {%- if name == 'sales_metrics' and value is mapping -%}
                {%- for inner in value -%}{%- do given.append([inner, true]) -%}{%- endfor -%}
            {%- elif name not in (ref.config.dependencies or {}) -%}
                {%- do given.append([name, is_root]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, is_ours in given if name not in known_vars() -%}
        {%- if is_ours or nearest_name(name, known_vars(), most=2) -%}
            {%- do exceptions.raise_compiler_error(
                'The var ' ~ name ~ ' is none of the project' ~ meant(name, known_vars())
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Thresholds of deal health: numbers, and red no sooner than amber where both measure the same. -#}
{% macro check_health_vars() -%}
    {%- for name in [
        'health_red_stage_age', 'health_amber_stage_age', 'health_red_silent_days',
        'health_amber_silent_days', 'health_red_pushes', 'health_amber_quarter_pushes',
    ] -%}
        {{ check_positive_var(name) }}
    {%- endfor -%}
    {%- for measure in ['stage_age', 'silent_days'] -%}
        {%- if var('health_red_' ~ measure) < var('health_amber_' ~ measure) -%}
            {{ refuse_var(
                'health_red_' ~ measure,
                'no less than health_amber_' ~ measure ~ ', which is ' ~ var('health_amber_' ~ measure)
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('next_step_text') is not boolean -%}
        {{ refuse_var('next_step_text', 'true or false') }}
    {%- endif -%}
{%- endmacro %}

{% macro check_positive_var(name) -%}
    {%- set value = var(name) -%}
    {#- The difference of an infinite number from itself is none. -#}
    {%- if value is not number or value is boolean or value <= 0 or value - value != 0 -%}
        {{ refuse_var(name, 'a number above 0') }}
    {%- endif -%}
{%- endmacro %}

{#- Rows without a key are quarantined: a table whose key is waived would be read as empty. -#}
{% macro check_no_key_is_waived() -%}
    {%- if execute -%}
        {%- for source_name, tables in var('waived_columns', {}).items() -%}
            {%- for table_name, columns in tables.items() -%}
                {%- set contract = raw_table_contract(source_name, table_name) -%}
                {%- for column in columns if column in contract.meta.key -%}
                    {%- do exceptions.raise_compiler_error(
                        "The var waived_columns names " ~ source_name ~ "." ~ table_name ~ "."
                        ~ column ~ ", which tells the rows of the table apart: without it none could "
                        ~ "be used. Give the column's name in the var raw_columns."
                    ) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

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

{#-
    What raw_formats says of one source: formats by kind, or by table those of the table and its
    columns. Which formats there are, raw_format() knows.
-#}
{% macro check_formats(told_by, source_name, formats) -%}
    {%- if formats is not mapping -%}
        {%- do exceptions.raise_compiler_error(
            told_by ~ " says '" ~ formats ~ "' of " ~ source_name
            ~ '; it takes formats by kind, such as {date: m/d/y, amount: us}.'
        ) -%}
    {%- endif -%}
    {%- set kinds = ['date', 'amount'] -%}
    {%- set contracts = contracts_by_source().get(source_name, {}) -%}
    {%- for name, given in formats.items() -%}
        {%- set is_table = given is mapping and name not in kinds -%}
        {%- if name not in (contracts | list if is_table else kinds) -%}
            {%- do exceptions.raise_compiler_error(
                told_by ~ ' names ' ~ source_name ~ '.' ~ name ~ ', and ' ~ name ~ ' is no '
                ~ ('table of that source' if is_table else 'kind of format')
                ~ meant(name, contracts | list if is_table else kinds)
            ) -%}
        {%- endif -%}
        {%- set columns = contracts[name].columns | list if is_table else [] -%}
        {%- for inner in given if is_table and inner not in kinds + columns -%}
            {%- do exceptions.raise_compiler_error(
                told_by ~ ' names ' ~ source_name ~ '.' ~ name ~ '.' ~ inner ~ ', and ' ~ inner
                ~ ' is no column of that table' ~ meant(inner, kinds + columns)
            ) -%}
        {%- endfor -%}
        {%- for contract in contracts.values() if not is_table and loop.first -%}
            {%- do raw_format(contract, name) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The environment variable SALES_METRICS_RAW_FORMATS says the same as the var raw_formats. -#}
{% macro check_formats_of_environment(contracts) -%}
    {%- set name = 'The environment variable SALES_METRICS_RAW_FORMATS' -%}
    {%- set text = env_var('SALES_METRICS_RAW_FORMATS', '{}') -%}
    {%- set given = fromjson(text, none) -%}
    {%- if given is not mapping -%}
        {%- do exceptions.raise_compiler_error(
            name ~ " says '" ~ text ~ "'"
            ~ '; it takes JSON, such as {"salesforce": {"date": "m/d/y"}}.'
        ) -%}
    {%- endif -%}
    {%- for source_name, formats in given.items() if execute -%}
        {%- if source_name not in contracts -%}
            {%- do exceptions.raise_compiler_error(
                name ~ ' names ' ~ source_name ~ ', which is no source'
                ~ meant(source_name, contracts | list)
            ) -%}
        {%- endif -%}
        {{ check_formats(name, source_name, formats) }}
    {%- endfor -%}
{%- endmacro %}

{#- The var personal_columns names public tables and columns of them. -#}
{% macro check_personal_columns() -%}
    {%- set shape = 'columns by public table, such as {dim_reps: [rep_name]}' -%}
    {%- set given = var('personal_columns', {}) -%}
    {%- if given is not mapping -%}{{ refuse_var('personal_columns', shape) }}{%- endif -%}
    {%- set marts = {} -%}
    {%- for node in (graph.nodes.values() if execute and given else [])
        if node.resource_type == 'model' and node.package_name == 'sales_metrics'
        and node.config.schema == 'marts' -%}
        {%- do marts.update({node.name: node.columns | list}) -%}
    {%- endfor -%}
    {%- for table_name, columns in given.items() if execute -%}
        {%- if table_name not in marts -%}
            {%- do exceptions.raise_compiler_error(
                'The var personal_columns names ' ~ table_name ~ ', which is no public table'
                ~ meant(table_name, marts | list)
            ) -%}
        {%- endif -%}
        {%- if columns is string or columns is mapping or columns is not iterable -%}
            {{ refuse_var('personal_columns', shape) }}
        {%- endif -%}
        {%- for column in columns if column not in marts[table_name] -%}
            {%- do exceptions.raise_compiler_error(
                'The var personal_columns names ' ~ table_name ~ '.' ~ column ~ ', and ' ~ column
                ~ ' is no column of that table' ~ meant(column, marts[table_name])
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Refuses a var that is not a list of some of the words `allowed`. -#}
{% macro check_list_var(name, allowed) -%}
    {%- set words = var(name, []) -%}
    {%- set is_list = words is iterable and words is not string and words is not mapping -%}
    {%- if not is_list or words | reject('in', allowed) | list
        or words | unique | list | length < words | length -%}
        {{ refuse_var(name, 'a list of some of ' ~ allowed | join(', ')) }}
    {%- endif -%}
{%- endmacro %}

{% macro refuse_var(name, wanted) -%}
    {%- do exceptions.raise_compiler_error(
        "The var " ~ name ~ " says '" ~ var(name) ~ "'; it takes " ~ wanted ~ "."
    ) -%}
{%- endmacro %}

{#- DuckDB names a database after its file, and could not tell `marts.x` from a table of a file marts.duckdb. -#}
{% macro check_database_name() -%}
    {%- set schemas = ['main', 'staging', 'intermediate', 'marts', 'seeds'] -%}
    {%- if execute and target.type == 'duckdb' and target.database in schemas -%}
        {%- do exceptions.raise_compiler_error(
            "The database file cannot be called " ~ target.database ~ ".duckdb, because a schema in it"
            ~ " has that name; set SALES_METRICS_DUCKDB to another."
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- dbt would end in a trace of Python, and only after it has read the whole project. -#}
{% macro check_threads() -%}
    {%- if target.threads < 1 or target.threads != target.threads | int -%}
        {%- do exceptions.raise_compiler_error(
            "The environment variable SALES_METRICS_THREADS says '" ~ target.threads
            ~ "'; it takes a whole number from 1."
        ) -%}
    {%- endif -%}
{%- endmacro %}
