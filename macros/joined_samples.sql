{#-
    The first five of a group as one text, in an order that no engine can change.
    `column`: text to show; `place`: its row_number within the group.
-#}
{% macro joined_samples(column, place) -%}
    concat_ws(
        ', '
        {%- for number in range(1, 6) %},
        max(case when {{ place }} = {{ number }} then {{ column }} end)
        {%- endfor %}
    )
{%- endmacro %}
