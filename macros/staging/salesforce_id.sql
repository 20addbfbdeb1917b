{#-
    A Salesforce id on 18 characters. Reports show the 15-character form, which is case-sensitive;
    the last three characters say which of the first fifteen are capitals, five to a character.
    expression: a trimmed text, null when empty.
-#}
{% macro salesforce_id(expression) -%}
    case
        when length({{ expression }}) = 15 then {{ expression }}
        {%- for first in [1, 6, 11] %}
            || substr(
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                1
                {%- for place in range(5) %}
                + case
                    when substr({{ expression }}, {{ first + place }}, 1) between 'A' and 'Z'
                        then {{ 2 ** place }}
                    else 0
                end
                {%- endfor %},
                1
            )
        {%- endfor %}
        else {{ expression }}
    end
{%- endmacro %}
