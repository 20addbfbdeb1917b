{#- What names a planning row for people: its table and the columns that tell it apart. -#}
{% macro planned_row(table_name, columns) -%}
    concat_ws(
        ' ', '{{ {'movements': 'arr_movements', 'submissions': 'forecast_submissions',
        'roster': 'rep_roster'}.get(table_name, table_name) }}'
        {%- for column in columns %}, cast({{ column }} as {{ dbt.type_string() }}){% endfor -%}
    )
{%- endmacro %}
