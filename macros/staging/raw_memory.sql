{#-
    What this invocation has already seen of the raw folder, by place: where tables lie, their columns
    and what stands for which of the contract, the as-of day. Looking again at every use took a third of
    all statements of a build, and nodes of one build could have seen different columns.

    Kept in the graph, the one thing all nodes of an invocation share; by invocation, because a
    program may run several on one graph.
-#}
{% macro raw_memory() -%}
    {%- if graph is not mapping -%}{{ return({}) }}{%- endif -%}
    {%- if invocation_id not in graph.get('sales_metrics_raw', {}) -%}
        {%- do graph.update({'sales_metrics_raw': {invocation_id: {}}}) -%}
    {%- endif -%}
    {{ return(graph['sales_metrics_raw'][invocation_id]) }}
{%- endmacro %}
