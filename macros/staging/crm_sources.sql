{#- Every CRM the project can stage, in the order their rows are unioned. -#}
{% macro known_crm_sources() -%}
    {{ return(['salesforce', 'hubspot', 'csv_export']) }}
{%- endmacro %}

{#-
    The CRM sources in use: those the var crm_sources lists, else those with at least one table in
    the raw folder or schema. While dbt only parses it names all, so that every ref is recorded.
-#}
{% macro crm_sources() -%}
    {%- if not execute -%}{{ return(known_crm_sources()) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for source_name in known_crm_sources() if source_in_use(source_name) -%}
        {%- do found.append(source_name) -%}
    {%- endfor -%}
    {%- if not found -%}
        {%- do exceptions.raise_compiler_error(no_crm_told()) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{% macro no_crm_told() -%}
    {{ return(
        "No table of a CRM was found in the raw folder '" ~ raw_folder() ~ "': it holds no "
        ~ known_crm_sources() | join('/ nor ') ~ "/ with files such as opportunity.parquet or "
        ~ "opportunities.csv; name another folder in SALES_METRICS_RAW, or a schema in the var "
        ~ "raw_schemas."
    ) }}
{%- endmacro %}

{#-
    The id with its source in front where more than one CRM is in use, else as it is. `unassigned`
    stands for a missing owner in all of them.
-#}
{% macro source_id(source_name, column) -%}
    {%- if crm_sources() | length > 1 -%}
        case when {{ column }} = 'unassigned' then {{ column }} else '{{ source_name }}:' || {{ column }} end
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}

{#-
    True when the user lists the source, or when one of its tables is there. A table that the commands
    write (meta `written_by`) tells nothing of what the user keeps: it asks for no other table.
-#}
{% macro source_in_use(source_name) -%}
    {%- if source_name in known_crm_sources() and var('crm_sources', []) -%}
        {{ return(source_name in var('crm_sources')) }}
    {%- endif -%}
    {%- set known = raw_memory() -%}
    {%- set place = 'in use ' ~ source_name -%}
    {%- if place not in known -%}
        {%- set present = raw_relations(source_name) -%}
        {%- set found = [] -%}
        {%- for contract in graph.sources.values() if contract.package_name == 'sales_metrics'
            and contract.source_name == source_name and not contract.meta.written_by and not found -%}
            {%- do found.extend(raw_table_names(contract, present)) -%}
        {%- endfor -%}
        {%- do known.update({place: found | length > 0}) -%}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}
