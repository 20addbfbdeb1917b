{#-
    What this invocation has already seen of the raw folder, by place: looking again at every use took
    a third of all statements of a build, and a file that changes half way must not be read both ways.

    Kept in the graph, the one thing all nodes of an invocation share; check_raw_tables empties it,
    because a program may run several invocations on one graph.
-#}
{% macro raw_memory() -%}
    {%- if graph is not mapping -%}{{ return({}) }}{%- endif -%}
    {%- if 'sales_metrics_raw' not in graph -%}
        {%- do graph.update({'sales_metrics_raw': {}}) -%}
    {%- endif -%}
    {{ return(graph['sales_metrics_raw']) }}
{%- endmacro %}
