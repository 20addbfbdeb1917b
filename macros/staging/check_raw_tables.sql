{#-
    Run before every build: resolves each raw table once, so that a folder, table or column that is
    missing stops the build with its one sentence before any model is touched.
-#}
{% macro check_raw_tables() -%}
    {%- if execute -%}
        {%- do raw_memory().clear() -%}
        {%- do land_raw_files() -%}
        {%- do as_of_day() -%}
        {%- do crm_sources() -%}
        {%- for contract in graph.sources.values() if contract.package_name == project_name -%}
            {%- set table = raw_table(contract) -%}
            {%- if table -%}{%- do raw_fields(contract, table) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
