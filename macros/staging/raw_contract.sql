{#-
    What the source YAML says. Everything here reads the graph, which dbt fills only at execution.

    raw_table_contract(source, table)  the source table: columns, table meta, source meta
    raw_format(contract, kind, column) the declared format of dates ('date') or amounts ('amount')
    raw_instants(contract, column)     never, timed or always (macros/staging/cast_raw_time.sql)
    loader_columns()                   the columns loaders add, by what they mean
-#}
{% macro raw_table_contract(source_name, table_name) -%}
    {%- set node = graph.sources[['source', 'sales_metrics', source_name, table_name] | join('.')] -%}
    {{ return(node) }}
{%- endmacro %}

{#-
    First that is given: environment, var, the contract; of the first two the column's, the table's,
    the source's. A format is declared, never guessed.
-#}
{% macro raw_format(contract, kind, column=none) -%}
    {%- set known = {
        'date': ['iso', 'm/d/y', 'd/m/y', 'd-m-y', 'd.m.y'], 'amount': ['plain', 'us', 'eu'],
    }[kind] -%}
    {%- set source_name = contract.source_name -%}
    {%- set given = [] -%}
    {%- for formats in [
        fromjson(env_var('SALES_METRICS_RAW_FORMATS', '{}'), {}), var('raw_formats', {}),
    ] -%}
        {%- set of_source = formats.get(source_name, {}) -%}
        {%- set of_table = of_source.get(contract.name, {}) -%}
        {%- if column and type_family(column.data_type) in {
            'date': ['date', 'timestamp'], 'amount': ['number'],
        }[kind] -%}
            {%- do given.append(of_table.get(column.name)) -%}
        {%- endif -%}
        {%- do given.extend([of_table.get(kind), of_source.get(kind)]) -%}
    {%- endfor -%}
    {%- set declared = given | select | first or contract.source_meta[kind ~ '_format'] -%}
    {%- if declared not in known -%}
        {%- do exceptions.raise_compiler_error(
            "The " ~ kind ~ " format '" ~ declared ~ "' of source " ~ source_name
            ~ " is not known; choose one of: " ~ known | join(', ') ~ "."
        ) -%}
    {%- endif -%}
    {{ return(declared) }}
{%- endmacro %}

{#- Whether a date column may hold instants: the var raw_instants, the column, the source. -#}
{% macro raw_instants(contract, column) -%}
    {%- set known = ['never', 'timed', 'always'] -%}
    {%- set declared = var('raw_instants', {}).get(contract.source_name, {})
        .get(contract.name, {}).get(column.name)
        or column.meta.get('instants') or contract.source_meta.get('instants', 'never') -%}
    {%- if declared not in known -%}
        {%- do exceptions.raise_compiler_error(
            "The var raw_instants says '" ~ declared ~ "' of " ~ contract.source_name ~ "."
            ~ contract.name ~ "." ~ column.name ~ "; choose one of: " ~ known | join(', ') ~ "."
        ) -%}
    {%- endif -%}
    {{ return(declared) }}
{%- endmacro %}

{#- Of each kind, the first that a raw table has is used; of the delete columns, all it has. -#}
{% macro loader_columns() -%}
    {{ return({
        'is_active': ['_fivetran_active'],
        'started_at': ['_fivetran_start'],
        'loaded_at': [
            '_fivetran_synced', '_airbyte_extracted_at', '_airbyte_emitted_at',
            '_sdc_received_at', '_sdc_batched_at',
        ],
        'load_number': ['_dlt_load_id'],
        'sequence': ['_sdc_sequence', '_loader_sequence'],
        'deleted_flags': ['_fivetran_deleted', '_loader_deleted', 'archived'],
        'deleted_instants': ['_sdc_deleted_at', '_ab_cdc_deleted_at'],
    }) }}
{%- endmacro %}
