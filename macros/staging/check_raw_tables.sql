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
