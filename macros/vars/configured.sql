{#-
    The tables of seeds/ that a user may say otherwise: a var of the table's name names a seed or
    model of the root project (`seed`, or `package.seed`). Without it the table is its seed.

    configured(name)        the relation to read, for a model or test: never `ref` of the seed itself
    configured_tables()     {table: {key: columns, whole: in place of ours, else row by row over ours,
                            optional: columns that a table in place of ours may lack,
                            words: columns of the key that hold a word of the CRM in any case
                            of letters; of the others names that differ in case are two}}
-#}
{% macro configured_tables() -%}
    {{ return({
        'stage_map': {
            'whole': true, 'key': ['source', 'pipeline', 'raw_stage', 'valid_from'],
            'optional': ['pipeline', 'valid_from', 'valid_to', 'expected_days'],
        },
        'segments': {'whole': true, 'key': ['segment'], 'optional': []},
        'segment_rules': {
            'whole': true, 'key': ['rule', 'raw_value', 'lower_bound'], 'words': ['raw_value'],
            'optional': ['raw_value', 'lower_bound', 'upper_bound'],
        },
        'activity_types': {
            'key': ['source', 'record_kind', 'raw_type', 'raw_subtype', 'raw_disposition'],
            'words': ['raw_type', 'raw_subtype', 'raw_disposition'],
        },
        'activity_statuses': {'words': ['raw_status'], 'key': ['raw_status']},
        'activity_directions': {'words': ['raw_direction'], 'key': ['raw_direction']},
        'loss_reason_map': {'words': ['raw_reason'], 'key': ['raw_reason']},
        'opportunity_types': {'words': ['raw_type'], 'key': ['raw_type']},
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
