{#-
    The tables of seeds/ that a user may say otherwise: a var of the table's name names a seed or
    model of the root project (`seed`, or `package.seed`). Without it the table is its seed.

    configured(name)        the relation to read, for a model or test: never `ref` of the seed itself
    configured_tables()     {table: {key: columns, whole: in place of ours, else row by row over ours,
                            optional: columns that a table in place of ours may lack,
                            is_word: the key is a word of the CRM, in any case of letters,
                            words: such columns of a table in place of ours}}
-#}
{% macro configured_tables() -%}
    {{ return({
        'stage_map': {
            'whole': true, 'key': ['source', 'pipeline', 'raw_stage', 'valid_from'],
            'optional': ['pipeline', 'valid_from', 'valid_to', 'expected_days'], 'words': [],
        },
        'segments': {'whole': true, 'key': ['segment'], 'optional': [], 'words': []},
        'segment_rules': {
            'whole': true, 'key': ['rule', 'raw_value', 'lower_bound'],
            'optional': ['raw_value', 'lower_bound', 'upper_bound'], 'words': ['raw_value'],
        },
        'activity_types': {'key': ['source', 'record_kind', 'raw_type', 'raw_subtype', 'raw_disposition']},
        'activity_statuses': {'is_word': true, 'key': ['raw_status']},
        'activity_directions': {'is_word': true, 'key': ['raw_direction']},
        'loss_reason_map': {'is_word': true, 'key': ['raw_reason']},
        'opportunity_types': {'is_word': true, 'key': ['raw_type']},
        'people_map': {'key': ['source', 'crm_rep_id']},
        'metrics': {'key': ['metric_id']},
        'metric_windows': {'key': ['metric_id', 'acv_tier']},
        'metric_baselines': {'key': ['metric_id']},
        'metric_evidence': {'key': ['metric_id', 'measure_id']},
        'kpi_bands': {'key': ['metric_id', 'acv_tier', 'status']},
        'kpi_owners': {'key': ['metric_id']},
        'kpi_roles': {'key': ['role']},
        'kpi_standards': {'key': ['metric_id']},
        'kpi_triggers': {'key': ['trigger_id']},
        'scorecard_metrics': {'key': ['scorecard', 'metric_id']},
    }) }}
{%- endmacro %}

{% macro configured(name) -%}
    {%- set ours = ref(name) -%}
    {%- set theirs = given_table(name) -%}
    {%- if not theirs -%}{{ return(ours) }}{%- endif -%}
    {%- if not execute -%}{{ return(theirs) }}{%- endif -%}
    {%- set about = configured_tables()[name] -%}
    {%- set types = column_types_of(name) -%}
    {%- set given = given_columns(name, theirs) -%}
    {%- if about.whole -%}
        {{ return('(' ~ rows_in_place(types, about, given, theirs) ~ ')') }}
    {%- endif -%}
    {%- set over = rows_over(ours, types, about, given, theirs) -%}
    {{ return('(' ~ (bands_that_meet(over, ours, types) if name == 'kpi_bands' else over) ~ ')') }}
{%- endmacro %}

{#- The user's table, or none. -#}
{% macro given_table(name) -%}
    {%- set told = var(name, none) -%}
    {%- if not told -%}{{ return(none) }}{%- endif -%}
    {%- if told is not string -%}
        {{ refuse_var(name, 'the name of a seed or model of yours, such as acme_' ~ name) }}
    {%- endif -%}
    {%- set parts = told.split('.') -%}
    {{ return(ref(parts[0] if parts | length > 1 else project_name, parts[-1])) }}
{%- endmacro %}

{#- {column: type} of a table of ours, as its seed declares them. -#}
{% macro column_types_of(name) -%}
    {{ return(graph.nodes['seed.sales_metrics.' ~ name].config.column_types) }}
{%- endmacro %}

{#- The columns of a user's table by lower-case name. What dbt has not built yet has none. -#}
{% macro given_columns(name, theirs) -%}
    {%- set known = raw_memory() -%}
    {%- set place = 'configured ' ~ name -%}
    {%- if not known.get(place) -%}
        {%- set found = {} -%}
        {%- for column in adapter.get_columns_in_relation(theirs) -%}
            {%- do found.update({column.name | lower: adapter.quote(column.name)}) -%}
        {%- endfor -%}
        {%- do known.update({place: found}) -%}
        {{ check_given_columns(name, theirs, found) }}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}

{#- A column that nobody reads is a misspelt one, as with the vars. -#}
{% macro check_given_columns(name, theirs, found) -%}
    {%- set about = configured_tables()[name] -%}
    {%- set columns = column_types_of(name) | list -%}
    {%- set told = 'The table ' ~ theirs.identifier ~ ', which the var ' ~ name ~ ' names, ' -%}
    {%- for column in found if column not in columns -%}
        {%- do exceptions.raise_compiler_error(
            told ~ 'has the column ' ~ column ~ ', which ' ~ name ~ ' does not have'
            ~ meant(column, columns)
        ) -%}
    {%- endfor -%}
    {%- set needed = columns | reject('in', about.optional) | list if about.whole else about.key -%}
    {%- for column in needed if found and column not in found -%}
        {%- do exceptions.raise_compiler_error(
            told ~ 'lacks the column ' ~ column ~ '; it takes ' ~ columns | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro rows_in_place(types, about, given, theirs) -%}
    select
        {%- for column, type in types.items() %}
        {%- set said = given.get(column, 'null') %}
        cast({{ "nullif(" ~ key_text(said) ~ ", '')" if column in about.words else said }} as {{ type }})
            as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ theirs }}
{%- endmacro %}

{#- Rows of a key are the user's where there are any; a column they lack is that of our row. -#}
{% macro rows_over(ours, types, about, given, theirs) -%}
    {%- set same = [] -%}
    {%- for column in about.key -%}
        {%- do same.append(
            key_text('theirs.' ~ given.get(column, column)) ~ ' = ' ~ key_text('ours.' ~ column)
        ) -%}
    {%- endfor -%}
    select
        {%- for column, type in types.items() %}
        cast(
            {{
                'ours.' ~ column if column not in given
                else key_text('theirs.' ~ given[column]) if about.is_word and column in about.key
                else 'theirs.' ~ given[column]
            }} as {{ type }}
        ) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ theirs }} as theirs
    left join {{ ours }} as ours on {{ same | join(' and ') }}
    union all
    select
        {%- for column in types %}
        ours.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ours }} as ours
    where not exists (select 1 from {{ theirs }} as theirs where {{ same | join(' and ') }})
{%- endmacro %}

{#- Of one word in any case and with any blanks around there is one row; an empty cell is one too. -#}
{% macro key_text(column) -%}
    coalesce(lower(trim(cast({{ column }} as {{ dbt.type_string() }}))), '')
{%- endmacro %}
