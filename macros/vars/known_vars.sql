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
        'left_out_tables',
        'next_step_text',
        'pages',
        'personal_columns',
        'ramp_pipeline_multiple',
        'raw_columns',
        'raw_folder',
        'raw_formats',
        'raw_instants',
        'raw_schemas',
        'reporting_currency',
        'segment_order',
        'waived_columns',
    ] + configured_tables() | list) }}
{%- endmacro %}

{#-
    dbt takes any name for a var, so a misspelt one would leave its default in force without a word.
    All vars given are in the configuration that `ref` carries. Where this project is a package of
    another, that one has vars of its own: of those, only what is nearly one of ours is refused. The
    names of our tables are any project's words.
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
        {%- set near = nearest_name(
            name, known_vars() | reject('in', configured_tables()) | list, most=2
        ) -%}
        {%- if is_ours or near -%}
            {%- do exceptions.raise_compiler_error(
                'The var ' ~ name ~ ' is none of the project' ~ meant(name, known_vars())
                ~ ('' if is_ours else ' One of your own stands under the name of your project: '
                ~ 'vars: {' ~ project_name ~ ': {' ~ name ~ ': ...}}.')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
