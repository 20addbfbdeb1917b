{#-
    A Salesforce id on 18 characters. Reports show the 15-character form, which is case-sensitive;
    the last three characters say which of the first fifteen are capitals, five to a character.
    expression: a trimmed text, null when empty.
-#}
{% macro salesforce_id(expression) -%}
    case
        when length({{ expression }}) = 15 then {{ expression }}
        {%- for first in [1, 6, 11] %}
            || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
            {%- for place in range(5) %}
                + {{ 2 ** place }} * {{ is_capital(expression, first + place) }}
            {%- endfor %}, 1)
        {%- endfor %}
        else {{ expression }}
    end
{%- endmacro %}

{#- 1 where the character at the place is a capital letter, else 0. -#}
{% macro is_capital(expression, place) -%}
    cast(substr({{ expression }}, {{ place }}, 1) between 'A' and 'Z' as int)
{%- endmacro %}
