{#-
    Where this project is a package of another, dbt looks for what our models read in the root project
    first: a table of the user's with the name of one of ours stood in its place, in every model and
    without a word. A flag of the root project turns that round; whether it does, dbt is asked.
-#}
{% macro check_names() -%}
    {%- for node in (graph.nodes.values() if execute and project_name != 'sales_metrics' else [])
        if node.package_name == project_name and node.resource_type in ['model', 'seed', 'snapshot']
        and (
            'model.sales_metrics.' ~ node.name in graph.nodes
            or 'seed.sales_metrics.' ~ node.name in graph.nodes
        ) -%}
        {%- set read = ref.manifest.resolve_ref(
            ref.model, node.name, none, none, project_name, 'sales_metrics'
        ) -%}
        {%- if read.package_name != 'sales_metrics' -%}
            {%- do exceptions.raise_compiler_error(
                'The ' ~ node.resource_type ~ ' ' ~ node.name ~ ' of your project has the name of one of '
                ~ 'sales_metrics, and dbt would read yours in its place. Say in your dbt_project.yml '
                ~ 'flags: {require_ref_searches_node_package_before_root: true}, or give yours another '
                ~ 'name.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    Whether a run does anything here: what is checked before a build is no condition of the builds a
    user runs of his own models alone. Nothing is selected yet while dbt parses.
-#}
{% macro builds_ours() -%}
    {%- for unique_id in selected_resources if unique_id.split('.')[1] == 'sales_metrics' -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(not execute and project_name == 'sales_metrics') }}
{%- endmacro %}
