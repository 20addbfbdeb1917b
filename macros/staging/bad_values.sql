{#-
    The bad_values of a row with the columns a staging model itself could not use added.
    found: {raw column: condition under which its value is bad}
-#}
{% macro bad_values_and(found) -%}
    nullif(concat_ws(
        ',',
        bad_values
        {%- for column, condition in found.items() %},
        case when {{ condition }} then '{{ column }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}

{#- A probability of 0 to 100 as a share of one; anything else is null. -#}
{% macro percent_as_share(column) -%}
    case when {{ column }} between 0 and 100 then {{ column }} / 100 end
{%- endmacro %}

{#- The contract columns that hold something raw and nothing typed, comma separated. -#}
{% macro bad_value_names(fields) -%}
    nullif(concat_ws(',', cast(null as string)
    {%- for field in fields if type_family(field.type) != 'text' %},
        case
            when
            {%- if type_family(field.physical.type) == 'text' %} trim(raw_{{ field.name }}) <> ''
            {%- else %} raw_{{ field.name }} is not null
            {%- endif %} and {{ field.name }} is null
                then '{{ field.name }}'
        end
    {%- endfor %}
    ), '')
{%- endmacro %}
