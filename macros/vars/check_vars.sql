{#-
    Run before every build: a var of dbt_project.yml or --vars that the project does not know, or
    with a value no model can use, stops the build with one sentence, before any table is touched.
-#}
{% macro check_vars() -%}
    {{ check_database_name() }}
    {{ check_threads() }}
    {{ check_names() }}
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
    {%- set schemas = ['main'] + (
        graph.nodes.values() | selectattr('package_name', 'equalto', 'sales_metrics')
        | selectattr('resource_type', 'in', ['model', 'seed']) | map(attribute='schema') | list
        if execute else []
    ) -%}
    {%- if execute and target.type == 'duckdb' and target.database in schemas -%}
        {%- do exceptions.raise_compiler_error(
            "The database file cannot be called " ~ target.database ~ ".duckdb, because a schema in it"
            ~ " has that name; set " ~ ('SALES_METRICS_DUCKDB' if project_name == 'sales_metrics'
            else 'the path in your profile') ~ " to another."
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- dbt would end in a trace of Python, and only after it has read the whole project. -#}
{% macro check_threads() -%}
    {%- set given = env_var('SALES_METRICS_THREADS', '2') -%}
    {%- if not modules.re.fullmatch('[1-9][0-9]*', given | trim) -%}
        {%- do exceptions.raise_compiler_error(
            "The environment variable SALES_METRICS_THREADS says '" ~ given
            ~ "'; it takes a whole number from 1."
        ) -%}
    {%- endif -%}
{%- endmacro %}
