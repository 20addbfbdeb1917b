{#-
    Run before every build: a var of dbt_project.yml with a value no model can use stops the build
    with one sentence, before any table is touched.
-#}
{% macro check_vars() -%}
    {{ check_database_name() }}
    {%- do business_timezone() -%}
    {%- set month = var('fiscal_year_start_month') -%}
    {%- if month is not number or month | int != month or month < 1 or month > 12 -%}
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
    {%- for name in ['hot_lead_ratings', 'hot_lead_sources'] -%}
        {%- set words = var(name) -%}
        {%- if words is not iterable or words is string or words is mapping
            or words | reject('string') | list or "'" in words | join -%}
            {{ refuse_var(name, 'a list of words') }}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in [
        'raw_schemas', 'raw_formats', 'raw_columns', 'raw_instants', 'waived_columns',
    ] -%}
        {%- if var(name, {}) is not mapping -%}
            {{ refuse_var(name, 'a mapping by source, such as {salesforce: ...}') }}
        {%- endif -%}
    {%- endfor -%}
    {{ check_contract_names('raw_columns') }}
    {{ check_contract_names('raw_instants') }}
    {{ check_contract_names('waived_columns') }}
    {{ check_no_key_is_waived() }}
{%- endmacro %}

{#- Thresholds of deal health: numbers, and red no sooner than amber where both measure the same. -#}
{% macro check_health_vars() -%}
    {%- for name in [
        'health_red_stage_age', 'health_amber_stage_age', 'health_red_silent_days',
        'health_amber_silent_days', 'health_red_pushes', 'health_amber_quarter_pushes',
    ] -%}
        {%- if var(name) is not number or var(name) is boolean or var(name) <= 0 -%}
            {{ refuse_var(name, 'a number above 0') }}
        {%- endif -%}
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

{#- Refuses a var {source: {table: columns}} that names what no source contract has. -#}
{% macro check_contract_names(name) -%}
    {%- if execute -%}
        {%- for source_name, tables in var(name, {}).items() -%}
            {%- for table_name, columns in tables.items() -%}
                {%- set node = graph.sources.get(
                    ['source', project_name, source_name, table_name] | join('.')
                ) -%}
                {%- for column in columns if not node or column not in node.columns -%}
                    {%- do exceptions.raise_compiler_error(
                        "The var " ~ name ~ " names " ~ source_name ~ "." ~ table_name ~ "."
                        ~ column ~ ", which no source contract in models/staging has."
                    ) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
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

{#- Refuses a var that is not a list of some of the words `allowed`. -#}
{% macro check_list_var(name, allowed) -%}
    {%- set words = var(name, []) -%}
    {%- set wrong = [] if words is iterable and words is not string and words is not mapping
        else [words] -%}
    {%- for word in words if not wrong and word not in allowed -%}
        {%- do wrong.append(word) -%}
    {%- endfor -%}
    {%- if wrong -%}
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
