{#-
    The plain rules of a relation's rows in one test, because a test of its own for each costs more than
    what it asks: one look at the rows for all columns, one more for each key.

        not_null         columns that always hold something
        accepted_values  {column: its values}; nothing is accepted too
        unique           columns of which no value occurs twice; nothing may
        unique_together  lists of columns: no combination occurs twice, nothing being a value like others

    A row for each look that finds something: `fault`, sentences that name relation, column and value,
    which tell_findings says when the build ends, and `failing_rows`, how many rows or values it concerns.
-#}
{% test rows_keep(model, not_null=[], accepted_values={}, unique=[], unique_together=[]) -%}
    {{ config(fail_calc='coalesce(sum(failing_rows), 0)') }}
    {#- dbt reads the project without it. -#}
    {%- if execute -%}
        {%- set looks = [] -%}
        {%- if not_null or accepted_values -%}
            {%- do looks.append(sales_metrics.broken_by_columns(model, not_null, accepted_values)) -%}
        {%- endif -%}
        {%- for column in unique -%}
            {%- do looks.append(sales_metrics.broken_by_repeats(model, [column], column ~ ' is not null')) -%}
        {%- endfor -%}
        {%- for columns in unique_together -%}
            {%- do looks.append(sales_metrics.broken_by_repeats(model, columns, 'true')) -%}
        {%- endfor -%}
        {{ looks | join('\nunion all\n') }}
    {%- endif -%}
{%- endtest %}
