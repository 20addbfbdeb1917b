{#- The var personal_columns names public tables and columns of them. -#}
{% macro check_personal_columns() -%}
    {%- set shape = 'columns by public table, such as {dim_reps: [rep_name]}' -%}
    {%- set given = var('personal_columns', {}) -%}
    {%- if given is not mapping -%}{{ refuse_var('personal_columns', shape) }}{%- endif -%}
    {%- set marts = {} -%}
    {%- for node in (graph.nodes.values() if execute and given else [])
        if node.resource_type == 'model' and node.package_name == 'sales_metrics'
        and node.fqn[1] == 'marts' -%}
        {%- do marts.update({node.name: node.columns | list}) -%}
    {%- endfor -%}
    {%- for table_name, columns in given.items() if execute -%}
        {%- if table_name not in marts -%}
            {%- do exceptions.raise_compiler_error(
                'The var personal_columns names ' ~ table_name ~ ', which is no public table'
                ~ meant(table_name, marts | list)
            ) -%}
        {%- endif -%}
        {%- if columns is string or columns is mapping or columns is not iterable -%}
            {{ refuse_var('personal_columns', shape) }}
        {%- endif -%}
        {%- for column in columns if column not in marts[table_name] -%}
            {%- do exceptions.raise_compiler_error(
                'The var personal_columns names ' ~ table_name ~ '.' ~ column ~ ', and ' ~ column
                ~ ' is no column of that table' ~ meant(column, marts[table_name])
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
